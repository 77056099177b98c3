/* Frames above the physmap are accessed through two pages in turn. The frame seen is always the one asked for, although
 * the processor keeps a translation until it is told to drop it. No page of the kernel's space is both writable and
 * executable. */
#undef MACHINE_HEADER
#define MACHINE_HEADER "tests/host/i386_machine.h"
#define arch_frame_map paging_frame_map

/* In the kernel both are constants. */
#define _Static_assert(condition, text)
#define pte_no_execute paging_no_execute
#include "kernel/i386/instructions.h"
#undef READ_CR
#undef WRITE_CR
#define READ_CR(n)               0u
#define WRITE_CR(n, value)       (void)(value)
#define read_msr(number)         0
#define write_msr(number, value) (void)(value)
#include "kernel/i386/paging.c"
#include "tests/host/check.h"

enum { BEYOND = PHYSMAP_BYTES >> PAGE_BITS, FIXMAPS = 2, ROUNDS = 1000 };

struct kernel kernel;
struct kernel_lock kernel_lock;
struct kernel_stack kernel_stacks[CPU_MAX];
uint8_t kernel_text_start[1], kernel_text_end[1], kernel_rodata_end[1];
unsigned char *i386_physmap;

static pte_t kept[FIXMAPS]; /* the translations that the processor keeps for the two pages, 0: none */

static unsigned fixmap_at(uint32_t address)
{
    unsigned fixmap = (address - (uint32_t)FIXMAP_BASE) >> PAGE_BITS;

    CHECK(address % PAGE_SIZE == 0 && fixmap < FIXMAPS);
    return fixmap;
}

void test_tlb_drop(uint32_t address)
{
    kept[fixmap_at(address)] = 0;
}

void test_space_load(uint32_t directories)
{
    (void)directories;
}

void test_space_leave(void)
{
}

/* The frame that the processor finds through the page. */
static uint32_t frame_seen(unsigned fixmap)
{
    if (!kept[fixmap])
        kept[fixmap] = fixmap_table[fixmap];
    CHECK(kept[fixmap] & PTE_PRESENT && kept[fixmap] & PTE_WRITABLE && !(kept[fixmap] & PTE_USER));
    return pte_frame(&kept[fixmap]);
}

static void frames_beyond_the_physmap_are_seen(void)
{
    uint32_t frames[FIXMAPS];

    for (unsigned i = 0; i < ROUNDS; i++) {
        for (unsigned fixmap = 0; fixmap < FIXMAPS; fixmap++) {
            frames[fixmap] = BEYOND + random_below(MEMORY_PAGES_MAX - BEYOND);
            CHECK(fixmap_at((uint32_t)(uintptr_t)arch_frame_map(fixmap, frames[fixmap])) == fixmap);
            CHECK(frame_seen(fixmap) == frames[fixmap]);
        }
        CHECK(frame_seen(0) == frames[0]); /* the second page left the first one as it was */
    }
}

/* Frames inside the physmap are accessed there, including the last one. */
static void frames_of_the_physmap_are_there(void)
{
    CHECK(arch_frame_map(0, 0) == AT(void, 0));
    CHECK(arch_frame_map(1, BEYOND - 1) == AT(void, frame_ref(BEYOND - 1)));
    CHECK(fixmap_at((uint32_t)(uintptr_t)arch_frame_map(1, BEYOND)) == 1);
}

static void check_entries(const pte_t *entries)
{
    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        bool is_table = entries == directory && (i == IMAGE_ENTRY || i == FIXMAP_ENTRY);
        if (pte_low(&entries[i]) & PTE_PRESENT && !is_table)
            CHECK(!(pte_low(&entries[i]) & PTE_USER) && (!pte_writable(&entries[i]) || entries[i] >> 63));
    }
}

static void what_is_written_is_not_executed(void)
{
    arch_space_init(LARGE, 2 * LARGE);
    paging_no_execute = 0x80000000; /* whatever this machine has */
    arch_space_init(LARGE, 2 * LARGE);
    check_entries(directory);
    check_entries(image);
    CHECK(pte_low(&directory[RECORDS_ENTRY + 1]) & PTE_PRESENT &&
          !(pte_low(&directory[RECORDS_ENTRY + 2]) & PTE_PRESENT));
}

int main(void)
{
    what_is_written_is_not_executed();
    frames_beyond_the_physmap_are_seen();
    frames_of_the_physmap_are_there();
    puts("test_frame_map: the frame that was asked for");
}
