#include <string.h>

#include "servers/archive.h"
#include "tests/server/proc_machine.h"
#include "tests/server/program_file.h"

enum { ENTRIES = 4, FILE_PAGES = 8, FIRST_FILE = 2, ENTRY_AT = 16, GOOD_PAGES = 3, LARGE_PAGES = 1000 };

static const char *const names[ENTRIES] = {"broken", "good", "large", "server"};

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

void machine_archive_make(void)
{
    char *archive = server_pages(MACHINE_ARCHIVE, MACHINE_ARCHIVE_PAGES);
    struct archive_header *header = (struct archive_header *)(void *)(archive + ARCHIVE_HEADER_AT);
    struct archive_entry *entries = (struct archive_entry *)(void *)(archive + ARCHIVE_ENTRIES_AT);
    uint32_t name = ENTRIES * sizeof(*entries);

    *header = (struct archive_header){.magic = ARCHIVE_MAGIC, .pages = MACHINE_ARCHIVE_PAGES, .entries = ENTRIES};
    for (uint32_t i = 0; i < ENTRIES; i++) {
        uint32_t page = FIRST_FILE + FILE_PAGES * i;
        entries[i] = (struct archive_entry){.name = name, .first_page = page, .bytes = FILE_PAGES * PAGE_SIZE};
        entries[i].kind = strcmp(names[i], "server") == 0 ? ARCHIVE_SERVER : ARCHIVE_PROGRAM;
        strcpy(archive + ARCHIVE_ENTRIES_AT + name, names[i]);
        name += (uint32_t)strlen(names[i]) + 1;
        if (strcmp(names[i], "broken") != 0)
            add_program(archive + page * PAGE_SIZE, strcmp(names[i], "large") == 0 ? LARGE_PAGES : GOOD_PAGES);
    }
}
