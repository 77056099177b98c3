#include <string.h>

#include "servers/archive.h"
#include "servers/mem/segment.h"
#include "tests/fuzz/proc_kernel.h"
#include "tests/server/program_file.h"
#include "tests/server/server_run.h"

enum { ENTRIES = 4 };

static const char names[] = "good\0large\0wide\0broken";

static void add_entry(char *archive, uint32_t number, uint32_t name)
{
    struct archive_entry *entries = (struct archive_entry *)(void *)(archive + ARCHIVE_ENTRIES_AT);

    entries[number] = (struct archive_entry){.name = ENTRIES * sizeof(*entries) + name,
                                             .first_page = 1 + 2 * number,
                                             .bytes = 2 * PAGE_SIZE,
                                             .kind = ARCHIVE_PROGRAM};
}

static void add_program(char *archive, uint32_t number, uint32_t pages)
{
    char *file = archive + (1 + 2 * number) * PAGE_SIZE;
    Elf32_Phdr segments[] = {
        {.p_type = PT_LOAD, .p_vaddr = PROGRAM_BASE, .p_filesz = PAGE_SIZE, .p_memsz = PAGE_SIZE, .p_flags = PF_R | PF_X},
        {.p_type = PT_LOAD,
         .p_offset = PAGE_SIZE,
         .p_vaddr = PROGRAM_BASE + PAGE_SIZE,
         .p_filesz = 100,
         .p_memsz = pages * PAGE_SIZE,
         .p_flags = PF_R | PF_W},
    };

    program_file_begin(file, PROGRAM_BASE + 16, segments, sizeof(segments) / sizeof(segments[0]));
}

void fake_archive_make(uint32_t address)
{
    char *archive = server_pages(address, FAKE_ARCHIVE_PAGES);
    struct archive_header *header = (struct archive_header *)(void *)(archive + ARCHIVE_HEADER_AT);
    char *text = archive + ARCHIVE_ENTRIES_AT + ENTRIES * sizeof(struct archive_entry);

    *header = (struct archive_header){.magic = ARCHIVE_MAGIC, .pages = FAKE_ARCHIVE_PAGES, .entries = ENTRIES};
    memcpy(text, names, sizeof(names));
    add_entry(archive, 0, 0);
    add_entry(archive, 1, sizeof("good"));
    add_entry(archive, 2, sizeof("good") + sizeof("large"));
    add_entry(archive, 3, sizeof("good") + sizeof("large") + sizeof("wide"));
    add_program(archive, 0, 3);
    add_program(archive, 1, FAKE_ROOM);
    add_program(archive, 2, SEGMENT_PAGES_MAX + 100);
}
