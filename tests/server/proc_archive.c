#include <errno.h>
#include <string.h>

#include "servers/lib/archive.h"
#include "servers/lib/elf_image.h"
#include "tests/server/proc_machine.h"
#include "tests/server/program_file.h"

enum {
    FILE_PAGES = 8,
    FIRST_FILE = 2,
    ENTRY_AT = 16,
    GOOD_PAGES = 3,
    LARGE_PAGES = 1000,
    VDSO_BYTES = 0x2345,
    HUGE_FILE = MACHINE_ARCHIVE_PAGES,
    HUGE_FILE_PAGES = 601,
    HUGE_PAGES = 1200,
};

bool machine_lacks_vdso;

static const struct {
    const char *name;
    uint32_t kind, data_pages; /* kind 0: the file is no program */
    bool wants_vdso;
} files[] = {
    {"broken", ARCHIVE_PROGRAM, 0, false},
    {"good", ARCHIVE_PROGRAM, GOOD_PAGES, false},
    {"large", ARCHIVE_PROGRAM, LARGE_PAGES, false},
    {"server", ARCHIVE_SERVER, GOOD_PAGES, false},
    {"foreign", ARCHIVE_PROGRAM, GOOD_PAGES, true},
    {"vdso", ARCHIVE_LIBRARY, 0, false},
    {"vdso", ARCHIVE_PROGRAM, 0, false}, /* not a program */
    {"huge", ARCHIVE_PROGRAM, HUGE_PAGES, false},
    {"hugely", ARCHIVE_PROGRAM, HUGE_PAGES, true},
    {"t_good", ARCHIVE_TEST, GOOD_PAGES, false},
};
enum { ENTRIES = sizeof(files) / sizeof(files[0]), VDSO = 5 };

/* Two pages of its text are mapped from the file, and one is copied. */
static void add_program(char *file, uint32_t data_pages, bool wants_vdso)
{
    const Elf32_Phdr segments[] = {
        {.p_type = PT_LOAD, .p_vaddr = PROGRAM_BASE, .p_filesz = 0x2100, .p_memsz = 0x2800, .p_flags = PF_R | PF_X},
        {.p_type = PT_LOAD,
         .p_offset = 3 * PAGE_SIZE,
         .p_vaddr = PROGRAM_BASE + 4 * PAGE_SIZE,
         .p_filesz = 0x1100,
         .p_memsz = data_pages * PAGE_SIZE - 16,
         .p_flags = PF_R | PF_W},
        {.p_type = PT_TALLY},
    };

    program_file_begin(file, PROGRAM_BASE + ENTRY_AT, segments, wants_vdso ? 2 : 3);
}

static void add_huge(char *file, bool wants_vdso)
{
    const Elf32_Phdr segments[] = {
        {.p_type = PT_LOAD,
         .p_vaddr = PROGRAM_BASE,
         .p_filesz = (HUGE_FILE_PAGES - 1) * PAGE_SIZE + 0x100,
         .p_memsz = HUGE_PAGES * PAGE_SIZE,
         .p_flags = PF_R | PF_X},
        {.p_type = PT_TALLY},
    };

    program_file_begin(file, PROGRAM_BASE + ENTRY_AT, segments, wants_vdso ? 1 : 2);
}

static void add(char *file, uint32_t i)
{
    if (files[i].data_pages == HUGE_PAGES)
        add_huge(file, files[i].wants_vdso);
    else if (files[i].data_pages)
        add_program(file, files[i].data_pages, files[i].wants_vdso);
}

static struct archive_entry *entries_of(char *archive)
{
    return (struct archive_entry *)(void *)(archive + ARCHIVE_ENTRIES_AT);
}

void machine_archive_make(void)
{
    char *archive = server_pages(MACHINE_ARCHIVE, MACHINE_ARCHIVE_PAGES + 2 * HUGE_FILE_PAGES);
    struct archive_header *header = (struct archive_header *)(void *)(archive + ARCHIVE_HEADER_AT);
    struct archive_entry *entries = entries_of(archive);
    uint32_t name = ENTRIES * sizeof(*entries), small = FIRST_FILE, large = HUGE_FILE;

    *header = (struct archive_header){.magic = ARCHIVE_MAGIC, .pages = MACHINE_ARCHIVE_PAGES, .entries = ENTRIES};
    for (uint32_t i = 0; i < ENTRIES; i++) {
        bool is_huge = files[i].data_pages == HUGE_PAGES;
        uint32_t pages = is_huge ? HUGE_FILE_PAGES : FILE_PAGES, *next = is_huge ? &large : &small;
        entries[i] = (struct archive_entry){
            .name = name, .first_page = *next, .bytes = pages * PAGE_SIZE, .kind = files[i].kind};
        strcpy(archive + ARCHIVE_ENTRIES_AT + name, files[i].name);
        name += (uint32_t)strlen(files[i].name) + 1;
        add(archive + *next * PAGE_SIZE, i);
        *next += pages;
    }
    entries[VDSO].bytes = VDSO_BYTES;
}

void machine_archive_choose(void)
{
    entries_of((char *)MACHINE_ARCHIVE)[VDSO].kind = machine_lacks_vdso ? ARCHIVE_SERVER : ARCHIVE_LIBRARY;
}

int32_t machine_archive_find(const char *name, uint32_t found[2])
{
    const struct archive_entry *entries = entries_of((char *)MACHINE_ARCHIVE);

    for (uint32_t i = 0; i < ENTRIES; i++) {
        if (strcmp(files[i].name, name) != 0 || entries[i].kind != ARCHIVE_PROGRAM)
            continue;
        found[0] = entries[i].first_page;
        found[1] = entries[i].bytes;
        return 0;
    }
    return -ENOENT;
}
