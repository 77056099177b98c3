#include <assert.h>

#include "servers/mem/named.h"
#include "servers/mem/shm_table.h"
#include "servers/mem/space.h"

/* The stack's first pages count whether they were touched or not. */
static bool is_counted_by_address(const struct space *space, uint32_t address)
{
    bool heap = address >= page_up(space->heap_start) && address < page_up(space->heap_end);
    bool stack = address >= STACK_TOP - STACK_PROMISED * PAGE_SIZE && address < STACK_TOP;
    return heap || stack;
}

/* Counts over all entries. */
struct counted {
    uint32_t directs, named, named_heap, units;
};

/* The promised pages of an entry. */
static uint32_t count_entry(const struct space *space, uint32_t address, uint32_t entry, struct counted *counted)
{
    bool direct = (entry & PAGE_ARCHIVE && !(entry & PAGE_WRITE)) || entry & PAGE_FOREIGN;

    counted->directs += direct;
    if (address >= SHM_BASE && entry & PAGE_SHM)
        return shm_table.price;
    if (!named_is_address(address))
        return !direct && !is_counted_by_address(space, address);
    if (!(entry & PAGE_FIRST))
        return 0;
    counted->named++;
    counted->named_heap += named_heap_pages(named_at(address)->pages);
    counted->units += space->account->parent ? named_units(named_at(address)->pages) : 0;
    return named_at(address)->pages;
}

/* P4, and P6. */
static uint32_t count_committed(struct space *space, struct counted *counted)
{
    uint32_t pages = (page_up(space->heap_end) - page_up(space->heap_start)) >> PAGE_BITS;
    struct page_run run;

    pages += space->heap_end ? STACK_PROMISED : 0;
    for (uint32_t at = 0; pages_next(&space->pages, at, USER_END, &run); at = run_end(&run))
        for (uint32_t i = 0; i < run.pages; i++) {
            uint32_t address = run.address + (i << PAGE_BITS);
            assert(space_has_table(space, address >> TABLE_SHIFT));
            pages += count_entry(space, address, run_entry(&run, i), counted);
        }
    return pages;
}

static void audit_low(const struct space *space, uint32_t heap)
{
    uint32_t tables = 0, leaves = 0;

    for (uint32_t i = 0; i < USER_END >> TABLE_SHIFT; i += 2) {
        tables += (uint32_t)space_has_table(space, i) + space_has_table(space, i + 1);
        leaves += space_has_table(space, i) || space_has_table(space, i + 1);
    }
    assert(space->work == WORK_NONE ? space->leaves == leaves + heap : space->leaves >= leaves);
    leaves = space->leaves;
    assert(space->low == SPACE_FRAMES + TABLE_FRAMES * tables + leaves);
    assert(space->lent <= space->low - 2 - leaves);
}

void space_audit(struct space *space)
{
    struct counted counted = {0};
    uint32_t committed = count_committed(space, &counted);

    if (space->work == WORK_NONE) {
        assert(space->committed == committed && space->direct == counted.directs);
        assert(space->named == counted.named && space->units == counted.units);
    }
    assert(space->named <= space->named_limit);
    audit_low(space, counted.named_heap);
    assert(space->committed + space->low + space->ahead + space->low_ahead <= space->account->used);
    assert(space->id && space_find(space->id) == space);
    assert(space->heap_start <= space->heap_end);
    pages_audit(&space->pages);
}
