#include <string.h>

#include "servers/archive.h"
#include "tests/server/proc_machine.h"
#include "tests/server/program_file.h"

enum {
    FILE_PAGES = 8, FIRST_FILE = 2, ENTRY_AT = 16, GOOD_PAGES = 3, LARGE_PAGES = 1000,
    HUGE_FILE = MACHINE_ARCHIVE_PAGES, HUGE_FILE_PAGES = 601, HUGE_PAGES = 1200,
};

static const struct {
    const char *name;
    uint32_t kind, pages, data_pages; /* 0: there is no program in it */
} files[] = {
    {"broken", ARCHIVE_PROGRAM, FILE_PAGES, 0},
    {"good", ARCHIVE_PROGRAM, FILE_PAGES, GOOD_PAGES},
    {"huge", ARCHIVE_PROGRAM, HUGE_FILE_PAGES, HUGE_PAGES},
    {"large", ARCHIVE_PROGRAM, FILE_PAGES, LARGE_PAGES},
    {"server", ARCHIVE_SERVER, FILE_PAGES, GOOD_PAGES},
};
enum { ENTRIES = sizeof(files) / sizeof(files[0]) };

/* Of its text two pages are the file's as they are, and one is not. */
static void add_program(char *file, uint32_t data_pages)
{
    const Elf32_Phdr segments[] = {
        {.p_type = PT_LOAD, .p_vaddr = PROGRAM_BASE, .p_filesz = 0x2100, .p_memsz = 0x2800, .p_flags = PF_R | PF_X},
        {.p_type = PT_LOAD,
         .p_offset = 3 * PAGE_SIZE,
         .p_vaddr = PROGRAM_BASE + 4 * PAGE_SIZE,
         .p_filesz = 0x1100,
         .p_memsz = data_pages * PAGE_SIZE - 16,
         .p_flags = PF_R | PF_W},
    };

    program_file_begin(file, PROGRAM_BASE + ENTRY_AT, segments, sizeof(segments) / sizeof(segments[0]));
}

static void add_huge(char *file)
{
    const Elf32_Phdr segment = {.p_type = PT_LOAD,
                                .p_vaddr = PROGRAM_BASE,
                                .p_filesz = (HUGE_FILE_PAGES - 1) * PAGE_SIZE + 0x100,
                                .p_memsz = HUGE_PAGES * PAGE_SIZE,
                                .p_flags = PF_R | PF_X};

    program_file_begin(file, PROGRAM_BASE + ENTRY_AT, &segment, 1);
}

static void add(char *file, uint32_t data_pages)
{
    if (data_pages == HUGE_PAGES)
        add_huge(file);
    else if (data_pages)
        add_program(file, data_pages);
}

void machine_archive_make(void)
{
    char *archive = server_pages(MACHINE_ARCHIVE, MACHINE_ARCHIVE_PAGES + HUGE_FILE_PAGES);
    struct archive_header *header = (struct archive_header *)(void *)(archive + ARCHIVE_HEADER_AT);
    struct archive_entry *entries = (struct archive_entry *)(void *)(archive + ARCHIVE_ENTRIES_AT);
    uint32_t name = ENTRIES * sizeof(*entries), next_page = FIRST_FILE;

    *header = (struct archive_header){.magic = ARCHIVE_MAGIC, .pages = MACHINE_ARCHIVE_PAGES, .entries = ENTRIES};
    for (uint32_t i = 0; i < ENTRIES; i++) {
        uint32_t page = files[i].pages == FILE_PAGES ? next_page : HUGE_FILE;
        next_page += files[i].pages == FILE_PAGES ? FILE_PAGES : 0;
        entries[i] = (struct archive_entry){
            .name = name, .first_page = page, .bytes = files[i].pages * PAGE_SIZE, .kind = files[i].kind};
        strcpy(archive + ARCHIVE_ENTRIES_AT + name, files[i].name);
        name += (uint32_t)strlen(files[i].name) + 1;
        add(archive + page * PAGE_SIZE, files[i].data_pages);
    }
}
