#include "tests/server/init_archive.h"

#include <string.h>

#include "kernel/abi/abi.h"
#include "servers/lib/archive.h"
#include "tests/server/init_machine.h"
#include "tests/server/program_file.h"

enum { ENTRIES = 8, FILE_PAGES = 6 };

static const struct {
    const char *name;
    uint32_t kind, text_pages;
} files[ENTRIES] = {
    {"mem", ARCHIVE_SERVER, 2},     {"console", ARCHIVE_SERVER, 2},
    {"file", ARCHIVE_SERVER, 2},    {"proc", ARCHIVE_SERVER, 2},
    {"screen", ARCHIVE_SERVER, 2},  {"prog", ARCHIVE_PROGRAM, 2},
    {"t_process", ARCHIVE_TEST, 2}, {"t_test", ARCHIVE_KERNEL_TEST, MACHINE_TEXT_PAGES},
};

/* Adds a program: text, whose last page has one byte in the file and one more that is zero; data of a page and a byte,
 * followed by zeros. */
static void add_program(char *file, uint32_t text_pages, uint32_t number)
{
    const uint32_t text = text_pages * PAGE_SIZE;
    const Elf32_Phdr segments[] = {
        {.p_type = PT_LOAD,
         .p_vaddr = PROGRAM_BASE,
         .p_filesz = text - 0xfff,
         .p_memsz = text + 0x800,
         .p_flags = PF_R | PF_X},
        {.p_type = PT_LOAD,
         .p_offset = text,
         .p_vaddr = PROGRAM_BASE + text + PAGE_SIZE,
         .p_filesz = 0x1001,
         .p_memsz = 0x3000,
         .p_flags = PF_R | PF_W},
    };

    program_file_begin(file, PROGRAM_BASE + 16 * number, segments, sizeof(segments) / sizeof(segments[0]));
}

static void add_names(struct archive_header *header, struct archive_entry *entries, const char *program)
{
    uint32_t name = ENTRIES * sizeof(*entries);

    for (uint32_t i = 0; i < ENTRIES; i++) {
        entries[i].name = name;
        const char *text = files[i].kind == ARCHIVE_PROGRAM ? program : files[i].name;
        strcpy((char *)entries + name, text);
        name += (uint32_t)strlen(text) + 1;
    }
    header->directory_bytes = name;
}

static void add_files(char *archive, struct archive_entry *entries, char damage)
{
    for (uint32_t i = 0; i < ENTRIES; i++) {
        char *file = archive + (1 + FILE_PAGES * i) * PAGE_SIZE;
        entries[i].first_page = 1 + FILE_PAGES * i;
        entries[i].kind = files[i].kind;
        entries[i].bytes = (files[i].text_pages + 2) * PAGE_SIZE;
        add_program(file, files[i].text_pages, i);
        if (damage == 'e' && i == 1)
            file[0] = 0;
        entries[i].checksum = archive_checksum(file, entries[i].bytes);
        if (damage == 'c' && i == 1)
            file[PAGE_SIZE]++;
    }
    if (damage == 'n')
        entries[1].kind = ARCHIVE_PROGRAM;
}

void archive_make(char *archive, char damage)
{
    struct archive_header *header = (struct archive_header *)(void *)(archive + ARCHIVE_HEADER_AT);
    struct archive_entry *entries = (struct archive_entry *)(void *)(archive + ARCHIVE_ENTRIES_AT);

    memset(archive, 0, MACHINE_ARCHIVE_PAGES * PAGE_SIZE);
    *header = (struct archive_header){.magic = ARCHIVE_MAGIC, .pages = MACHINE_ARCHIVE_PAGES, .entries = ENTRIES};
    add_names(header, entries, damage == 's' ? "shm_cnt" : "prog");
    add_files(archive, entries, damage);
    header->directory_checksum = archive_checksum(entries, header->directory_bytes);
}
