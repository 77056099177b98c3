#include <errno.h>
#include <string.h>

#include "servers/lib/archive.h"
#include "servers/lib/elf_image.h"
#include "servers/proto/mem_types.h"
#include "tests/fuzz/proc_kernel.h"
#include "tests/server/program_file.h"
#include "tests/server/server_run.h"

static const struct {
    const char *name;
    uint32_t kind, pages; /* pages of its data; kind 0: it is no program */
    bool wants_vdso;
} files[] = {
    {"good", ARCHIVE_PROGRAM, 3, false},
    {"large", ARCHIVE_PROGRAM, FAKE_ROOM, false},
    {"wide", ARCHIVE_PROGRAM, PROGRAM_SEGMENT_PAGES_MAX + 100, false},
    {"broken", ARCHIVE_PROGRAM, 0, false},
    {"foreign", ARCHIVE_PROGRAM, 3, true},
    {"vdso", ARCHIVE_LIBRARY, 0, false},
};
enum { ENTRIES = sizeof(files) / sizeof(files[0]) };

static void add_entry(char *archive, uint32_t number, uint32_t name)
{
    struct archive_entry *entries = (struct archive_entry *)(void *)(archive + ARCHIVE_ENTRIES_AT);

    strcpy(archive + ARCHIVE_ENTRIES_AT + name, files[number].name);
    entries[number] = (struct archive_entry){
        .name = name, .first_page = 1 + 2 * number, .bytes = 2 * PAGE_SIZE, .kind = files[number].kind};
}

int fake_archive_find(const char *name, uint32_t found[2])
{
    for (uint32_t i = 0; i < ENTRIES; i++)
        if (files[i].kind == ARCHIVE_PROGRAM && strcmp(files[i].name, name) == 0) {
            found[0] = 1 + 2 * i;
            found[1] = 2 * PAGE_SIZE;
            return 0;
        }
    return -ENOENT;
}

static void add_program(char *archive, uint32_t number)
{
    char *file = archive + (1 + 2 * number) * PAGE_SIZE;
    Elf32_Phdr segments[] = {
        {.p_type = PT_LOAD,
         .p_vaddr = PROGRAM_BASE,
         .p_filesz = PAGE_SIZE,
         .p_memsz = PAGE_SIZE,
         .p_flags = PF_R | PF_X},
        {.p_type = PT_LOAD,
         .p_offset = PAGE_SIZE,
         .p_vaddr = PROGRAM_BASE + PAGE_SIZE,
         .p_filesz = 100,
         .p_memsz = files[number].pages * PAGE_SIZE,
         .p_flags = PF_R | PF_W},
        {.p_type = PT_TALLY},
    };

    program_file_begin(file, PROGRAM_BASE + 16, segments, files[number].wants_vdso ? 2 : 3);
}

void fake_archive_make(uint32_t address)
{
    char *archive = server_pages(address, FAKE_ARCHIVE_PAGES);
    struct archive_header *header = (struct archive_header *)(void *)(archive + ARCHIVE_HEADER_AT);
    uint32_t name = ENTRIES * sizeof(struct archive_entry);

    *header = (struct archive_header){.magic = ARCHIVE_MAGIC, .pages = FAKE_ARCHIVE_PAGES, .entries = ENTRIES};
    for (uint32_t i = 0; i < ENTRIES; i++) {
        add_entry(archive, i, name);
        name += (uint32_t)strlen(files[i].name) + 1;
        if (files[i].pages)
            add_program(archive, i);
    }
}
