/* mmap and munmap: addresses, sizes, refusals, and what happens to the pages. */
#include "libuser/mem/mmap.h"
#include "libuser/mem/sbrk.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/mem/shm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 4096 };

#define ADDRESS ((char *)0x50000000)
#define TOP     ((char *)0x80000000) /* the end of what mmap may use */

static bool is_zero(const char *from, size_t bytes)
{
    unsigned char sum = 0;

    for (size_t i = 0; i < bytes; i++)
        sum |= (unsigned char)from[i];
    return sum == 0;
}

/* --------------------------------------------------------------------------------------- addresses */

static bool server_chooses(void)
{
    char *first = mmap(NULL, PAGE), *second = mmap(NULL, 3 * PAGE);
    bool good = HOLDS(first != MAP_FAILED && second != MAP_FAILED && first != second);

    good = good && IS((uintptr_t)first % PAGE, 0) && IS((uintptr_t)second % PAGE, 0);
    good = good && HOLDS(is_zero(first, PAGE) && is_zero(second, 3 * PAGE));
    memset(first, 1, PAGE);
    memset(second, 2, 3 * PAGE);
    good = good && IS(first[PAGE - 1], 1) && IS(second[0], 2);
    return IS(munmap(first, PAGE), 0) && IS(munmap(second, 3 * PAGE), 0) && good;
}

static bool asked_for(void)
{
    bool good = IS(mmap(ADDRESS, 2 * PAGE), ADDRESS) && HOLDS(is_zero(ADDRESS, 2 * PAGE));
    memset(ADDRESS, 1, 2 * PAGE);
    return IS(munmap(ADDRESS, 2 * PAGE), 0) && good;
}

static bool anywhere_above_the_program(void)
{
    bool good = IS(mmap(TOP - PAGE, PAGE), TOP - PAGE) && IS(TOP[-1] = 4, 4);
    good = IS(munmap(TOP - PAGE, PAGE), 0) && good;
    char *high = (char *)tally_sbrk(0) + 0x1000000;
    high -= (uintptr_t)high % PAGE;
    good = IS(mmap(high, PAGE), high) && IS(high[0] = 5, 5) && good;
    return IS(munmap(high, PAGE), 0) && good;
}

static bool whole_pages(void)
{
    uint32_t before = memory_now().free;
    bool good = IS(mmap(ADDRESS, 1), ADDRESS) && IS(ADDRESS[PAGE - 1] = 1, 1) &&
                IS(mmap(ADDRESS + PAGE, PAGE + 1), ADDRESS + PAGE) && IS(ADDRESS[3 * PAGE - 1] = 2, 2);
    good = FAILS(mmap(ADDRESS + 2 * PAGE, 1), EEXIST) && good;
    return IS(munmap(ADDRESS, 2 * PAGE + 1), 0) && IS(memory_now().free, before) && good;
}

static bool one_frame_each(void)
{
    mmap(ADDRESS, 100 * PAGE);
    *(char *)mmap(ADDRESS + 100 * PAGE, PAGE) = 1; /* mem keeps the tables of this range */
    uint32_t before = memory_now().free;
    for (int i = 0; i < 50; i++)
        ADDRESS[i * PAGE] = 1;
    bool good = IS(before - memory_now().free, 50);
    good = IS(munmap(ADDRESS, 100 * PAGE), 0) && IS(memory_now().free - before, 0) && good;
    return IS(munmap(ADDRESS + 100 * PAGE, PAGE), 0) && good;
}

/* ------------------------------------------------------------------------------------- refusals */

static bool bad_lengths(void)
{
    return FAILS(mmap(ADDRESS, 0), EINVAL) && FAILS(mmap(NULL, 0), EINVAL) &&
           FAILS(mmap(ADDRESS, 0xffffffff), ENOMEM) && FAILS(mmap(NULL, 0xffffffff), ENOMEM) &&
           FAILS(mmap(NULL, 0xfffff001), ENOMEM) && FAILS(mmap(NULL, 0x40000001), ENOMEM);
}

static bool bad_addresses(void)
{
    return FAILS(mmap(ADDRESS + 1, PAGE), EINVAL) && FAILS(mmap(ADDRESS + PAGE - 1, PAGE), EINVAL) &&
           FAILS(mmap((char *)1, PAGE), EINVAL) && FAILS(mmap((char *)PAGE, PAGE), EINVAL) &&
           FAILS(mmap((char *)0xffffffff, PAGE), EINVAL);
}

static bool wraps(void)
{
    return FAILS(mmap(ADDRESS, 0xb0000000), ENOMEM) && FAILS(mmap(ADDRESS, 0xb0001000), ENOMEM) &&
           FAILS(mmap((char *)0xfffff000, PAGE), ENOMEM) && FAILS(mmap((char *)0xfffff000, 2 * PAGE), ENOMEM);
}

static bool kernel_split(void)
{
    return FAILS(mmap((char *)0xc0000000, PAGE), ENOMEM) && FAILS(mmap((char *)0xbffff000, 2 * PAGE), ENOMEM) &&
           FAILS(mmap((char *)0xe0000000, PAGE), ENOMEM) && FAILS(mmap(TOP, PAGE), ENOMEM) &&
           FAILS(mmap(TOP - PAGE, 2 * PAGE), ENOMEM);
}

static int data = 1;

static char *page_of(const void *address)
{
    return (char *)((uintptr_t)address & -(uintptr_t)PAGE);
}

static bool over_others(void)
{
    char *heap = malloc(PAGE);
    bool good = FAILS(mmap(page_of((void *)over_others), PAGE), EEXIST) && FAILS(mmap(page_of(&data), PAGE), EEXIST) &&
                IS(data, 1) && FAILS(mmap(page_of(heap), PAGE), EEXIST) &&
                FAILS(mmap(page_of(heap) - PAGE, 0x1000000), EEXIST) && FAILS(mmap(page_of(&heap), PAGE), EINVAL) &&
                FAILS(mmap((char *)0x8000, PAGE), EINVAL);
    free(heap);
    return good;
}

static bool over_a_mapping(void)
{
    mmap(ADDRESS, 3 * PAGE);
    memset(ADDRESS, 7, 3 * PAGE);
    bool good = FAILS(mmap(ADDRESS, PAGE), EEXIST) && FAILS(mmap(ADDRESS + 2 * PAGE, 2 * PAGE), EEXIST) &&
                FAILS(mmap(ADDRESS - PAGE, 5 * PAGE), EEXIST) && IS(ADDRESS[0], 7) && IS(ADDRESS[3 * PAGE - 1], 7);
    good = IS(mmap(ADDRESS - PAGE, PAGE), ADDRESS - PAGE) && good;
    return IS(munmap(ADDRESS - PAGE, 4 * PAGE), 0) && good;
}

static bool heap_onto_a_mapping(void)
{
    char *end = tally_sbrk(0), *address = page_of(end + 3 * PAGE);
    bool good = IS(mmap(address, PAGE), address) && FAILS(tally_sbrk(8 * PAGE), ENOMEM) && IS(tally_sbrk(0), end);
    return IS(munmap(address, PAGE), 0) && good;
}

/* --------------------------------------------------------------------------------------- munmap */

static bool splits(void)
{
    mmap(ADDRESS, 5 * PAGE);
    for (int i = 0; i < 5; i++)
        ADDRESS[i * PAGE] = (char)(i + 1);
    bool good = IS(munmap(ADDRESS + 2 * PAGE, PAGE), 0) && IS(ADDRESS[PAGE], 2) && IS(ADDRESS[3 * PAGE], 4);
    good = IS(mmap(ADDRESS + 2 * PAGE, PAGE), ADDRESS + 2 * PAGE) && IS(ADDRESS[2 * PAGE], 0) && good;
    good = IS(munmap(ADDRESS, PAGE), 0) && IS(munmap(ADDRESS + 4 * PAGE, PAGE), 0) && good;
    good = IS(ADDRESS[PAGE], 2) && IS(ADDRESS[3 * PAGE], 4) && good;
    return IS(munmap(ADDRESS, 5 * PAGE), 0) && good;
}

/* Large enough that the server keeps it as one run. */
static bool splits_a_large_one(void)
{
    enum { LARGE = 0x1000000, MIDDLE = 0x7ff000 };

    bool good = IS(mmap(ADDRESS, LARGE), ADDRESS) && IS(munmap(ADDRESS + MIDDLE, 2 * PAGE), 0);
    ADDRESS[MIDDLE - 1] = ADDRESS[MIDDLE + 2 * PAGE] = ADDRESS[LARGE - 1] = 1;
    good = IS(mmap(ADDRESS + MIDDLE, 2 * PAGE), ADDRESS + MIDDLE) && IS(ADDRESS[MIDDLE], 0) && good;
    good = FAILS(mmap(ADDRESS + MIDDLE + 2 * PAGE, PAGE), EEXIST) && good;
    return IS(munmap(ADDRESS, LARGE), 0) && good;
}

static bool passes_over_holes(void)
{
    return IS(munmap(ADDRESS, PAGE), 0) && IS(munmap(ADDRESS, 0x10000000), 0);
}

static bool munmap_refusals(void)
{
    return FAILS(munmap(ADDRESS, 0), EINVAL) && FAILS(munmap(ADDRESS + 1, PAGE), EINVAL) &&
           FAILS(munmap(ADDRESS, 0xffffffff), EINVAL) && FAILS(munmap(NULL, PAGE), EINVAL) &&
           FAILS(munmap((char *)0xfffff000, PAGE), EINVAL) && FAILS(munmap((char *)0xc0000000, PAGE), EINVAL) &&
           FAILS(munmap(page_of((void *)munmap_refusals), PAGE), EINVAL) &&
           FAILS(munmap(page_of(&data), PAGE), EINVAL) &&
           FAILS(munmap(page_of(__builtin_frame_address(0)), PAGE), EINVAL) &&
           FAILS(munmap((char *)0x8000, PAGE), EINVAL) && IS(data, 1);
}

static int touches_unmapped(void)
{
    mmap(ADDRESS, 2 * PAGE);
    ADDRESS[0] = ADDRESS[PAGE] = 1;
    if (munmap(ADDRESS, PAGE) != 0 || ADDRESS[PAGE] != 1)
        return 1;
    return *(volatile char *)ADDRESS;
}

static int writes_unmapped(void)
{
    mmap(ADDRESS, PAGE);
    ADDRESS[0] = 1;
    munmap(ADDRESS, PAGE);
    return *(volatile char *)ADDRESS = 2;
}

static bool touching_kills(void)
{
    return IS(child_run(touches_unmapped), SIGSEGV) && IS(child_run(writes_unmapped), SIGSEGV);
}

static bool zero_after_reuse(void)
{
    enum { PAGES = 500 };
    bool good = true;

    for (int round = 0; round < 4; round++) {
        char *at = mmap(NULL, PAGES * PAGE);
        good = good && HOLDS(is_zero(at, PAGES * PAGE));
        memset(at, 0xa5, PAGES * PAGE);
        good = IS(munmap(at, PAGES * PAGE), 0) && good;
    }
    return good;
}

static int leaves_mappings(void)
{
    for (int i = 0; i < 20; i++)
        *(char *)mmap(NULL, 10 * PAGE) = 1;
    mmap(NULL, 0x1000000);
    return 0;
}

static bool freed_by_exit(void)
{
    return IS(child_run(leaves_mappings), EXITED(0));
}

/* Promises are kept: everything that mmap gave can be touched, so it refuses what it could not give. */
static bool more_than_there_is(void)
{
    uint32_t free = memory_now().free;
    bool good = FAILS(mmap(NULL, (free + 1) * PAGE), ENOMEM);
    char *half = mmap(NULL, free / 2 * PAGE);
    good = HOLDS(half != MAP_FAILED) && FAILS(mmap(NULL, (free - free / 2) * PAGE), ENOMEM) && good;
    return IS(munmap(half, free / 2 * PAGE), 0) && good;
}

static bool many_small(void)
{
    enum { COUNT = 2000 };
    static char *at[COUNT];
    bool good = true;

    for (int i = 0; i < COUNT; i++)
        good = HOLDS((at[i] = mmap(NULL, PAGE)) != MAP_FAILED) && good;
    for (int i = 0; i < COUNT; i += 2)
        good = IS(munmap(at[i], PAGE), 0) && good;
    for (int i = 1; i < COUNT; i += 2)
        good = IS(*at[i] = 1, 1) && IS(munmap(at[i], PAGE), 0) && good;
    return good;
}

static const struct tap_point points[] = {
    {"for null the server chooses", server_chooses},
    {"the address asked for is given", asked_for},
    {"anywhere between program and segments", anywhere_above_the_program},
    {"lengths are rounded up to pages", whole_pages},
    {"a page takes a frame when it is touched", one_frame_each},
    {"length 0 and lengths beyond memory are refused", bad_lengths},
    {"unaligned and low addresses are refused", bad_addresses},
    {"address and length that wrap are refused", wraps},
    {"nothing across or above the kernel split", kernel_split},
    {"nothing over text, data, heap, stack", over_others},
    {"nothing over another mapping", over_a_mapping},
    {"the heap does not grow onto a mapping", heap_onto_a_mapping},
    {"munmap of a part leaves the rest", splits},
    {"munmap of a part of a large one", splits_a_large_one},
    {"munmap passes over holes", passes_over_holes},
    {"munmap refuses what mmap did not give", munmap_refusals},
    {"touching after munmap kills", touching_kills},
    {"pages are zero again when they come back", zero_after_reuse},
    {"exit frees mappings", freed_by_exit},
    {"more than there is is refused at once", more_than_there_is},
    {"thousands of mappings", many_small},
};

int main(void)
{
    return TAP_RUN(points);
}
