/* Segments, private mappings and the heap of t_random. */
#include "libuser/mem/mmap.h"
#include "libuser/mem/sbrk.h"
#include "libuser/mem/shm.h"
#include "tests/system/programs/random.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AREA ((char *)0x50000000)

static volatile uint32_t *area_word(unsigned page)
{
    return (volatile uint32_t *)(AREA + page * PAGE);
}

static volatile uint32_t *heap_word(unsigned page)
{
    return (volatile uint32_t *)(own.heap_start + page * PAGE);
}

/* ----------------------------------------------------------------------------------- segments */

static void note(unsigned id, int by)
{
    board->holders[id] += (uint32_t)by;
    if (is_child)
        world->child_ids ^= 1u << id;
}

static bool open_one(unsigned id)
{
    char *page = NULL;

    if (!IS(shm_open((int)id, &page), 0))
        return false;
    if (own.opens[id]++ == 0) {
        if (board->holders[id] == 0)
            board->words[id] = 0;
        note(id, 1);
        own.segments[id] = (volatile uint32_t *)page;
    }
    return IS(page, own.segments[id]) && IS(*own.segments[id], board->words[id]);
}

static bool close_one(unsigned id)
{
    if (own.opens[id] == 0)
        return FAILS(shm_close((int)id), ENOENT);
    if (--own.opens[id] == 0)
        note(id, -1);
    return IS(shm_close((int)id), 0);
}

static bool use_one(unsigned id)
{
    if (own.opens[id] == 0)
        return true;
    bool good = IS(*own.segments[id], board->words[id]);
    *own.segments[id] = board->words[id] = (uint32_t)rand();
    return good;
}

static bool locked(bool (*piece)(unsigned id))
{
    uacquire(&board->lock);
    bool good = piece(below(IDS));
    urelease(&board->lock);
    return good;
}

static bool step_open(void)
{
    return locked(open_one);
}

static bool step_close(void)
{
    return locked(close_one);
}

static bool step_use(void)
{
    return locked(use_one);
}

void memory_hold_ids(int by)
{
    uacquire(&board->lock);
    for (unsigned i = 0; i < IDS; i++)
        if (own.opens[i])
            board->holders[i] += (uint32_t)by;
    urelease(&board->lock);
}

/* Between the child's end and its parent's wait, others may open these segments anew. So the child first closes all
 * segments that its parent does not have. */
void memory_close_others(uint32_t ids)
{
    for (unsigned i = 0; i < IDS; i++)
        while (own.opens[i] && !(ids >> i & 1)) {
            uacquire(&board->lock);
            close_one(i);
            urelease(&board->lock);
        }
}

/* Releases what the child had open when it ended. */
void memory_release_child(void)
{
    uacquire(&board->lock);
    for (unsigned i = 0; i < IDS; i++)
        board->holders[i] -= world->child_ids >> i & 1;
    world->child_ids = 0;
    urelease(&board->lock);
}

void memory_close_ids(void)
{
    for (unsigned i = 0; i < IDS; i++)
        for (; own.opens[i]; own.opens[i]--)
            shm_close((int)i);
}

/* ----------------------------------------------------------------------------------- mappings */

static void random_range(unsigned *first, unsigned *pages)
{
    *first = below(AREA_PAGES);
    *pages = 1 + below(AREA_PAGES - *first < 8 ? AREA_PAGES - *first : 8);
}

static unsigned count_mapped(unsigned first, unsigned pages)
{
    unsigned count = 0;

    for (unsigned i = first; i < first + pages; i++)
        count += own.mapped[i];
    return count;
}

static bool step_map(void)
{
    unsigned first, pages;

    random_range(&first, &pages);
    char *at = AREA + first * PAGE;
    if (count_mapped(first, pages))
        return FAILS(mmap(at, pages * PAGE), EEXIST);
    for (unsigned i = first; i < first + pages; i++) {
        own.mapped[i] = true;
        own.area[i] = 0;
    }
    return IS(mmap(at, pages * PAGE), at);
}

static bool step_unmap(void)
{
    unsigned first, pages;

    random_range(&first, &pages);
    memset(&own.mapped[first], 0, pages * sizeof own.mapped[0]);
    memset(&own.sealed[first], 0, pages * sizeof own.sealed[0]);
    return IS(munmap(AREA + first * PAGE, pages * PAGE), 0);
}

static bool step_seal(void)
{
    unsigned first, pages;
    bool sealed = below(3) == 0;

    random_range(&first, &pages);
    if (count_mapped(first, pages) != pages)
        return true;
    memset(&own.sealed[first], sealed, pages * sizeof own.sealed[0]);
    return IS(pages_seal(AREA + first * PAGE, pages * PAGE, sealed), 0);
}

static bool step_write(void)
{
    unsigned page = below(AREA_PAGES);

    if (!own.mapped[page])
        return true;
    bool good = IS(*area_word(page), own.area[page]);
    if (!own.sealed[page])
        *area_word(page) = own.area[page] = (uint32_t)rand();
    return good;
}

/* --------------------------------------------------------------------------------------- heap */

static bool step_grow(void)
{
    unsigned pages = below(4);

    if (own.heap_pages + pages > HEAP_PAGES)
        return true;
    bool good = IS(tally_sbrk((intptr_t)pages * PAGE), heap_word(own.heap_pages));
    for (; pages; pages--) {
        good = IS(*heap_word(own.heap_pages), 0) && good;
        *heap_word(own.heap_pages) = own.heap[own.heap_pages] = (uint32_t)rand();
        own.heap_pages++;
    }
    return good;
}

static bool step_shrink(void)
{
    unsigned pages = below(own.heap_pages + 1);
    bool good = true;

    for (unsigned i = 0; i < own.heap_pages; i++)
        good = IS(*heap_word(i), own.heap[i]) && good;
    own.heap_pages -= pages;
    return HOLDS(tally_sbrk(-(intptr_t)pages * PAGE) != (void *)-1) && good;
}

/* ---------------------------------------------------------------------------------------- all */

bool memory_step(void)
{
    static bool (*const steps[])(void) = {step_open,  step_close, step_use,   step_use,  step_map,  step_unmap,
                                          step_write, step_write, step_write, step_seal, step_grow, step_shrink};

    return steps[below(sizeof steps / sizeof steps[0])]();
}

static bool segments_are_right(void)
{
    bool good = true;

    uacquire(&board->lock);
    for (unsigned i = 0; i < IDS; i++)
        good = (!own.opens[i] || IS(*own.segments[i], board->words[i])) && good;
    urelease(&board->lock);
    return good;
}

bool memory_is_right(void)
{
    bool good = segments_are_right();

    for (unsigned i = 0; i < AREA_PAGES; i++)
        good = (!own.mapped[i] || IS(*area_word(i), own.area[i])) && good;
    for (unsigned i = 0; i < own.heap_pages; i++)
        good = IS(*heap_word(i), own.heap[i]) && good;
    return good;
}

static void map_and_unmap(void)
{
    char *map = mmap(NULL, 3 * PAGE);

    map[PAGE] = 1;
    munmap(map, 2 * PAGE);
}

/* Each walker uses segments of its own. */
void memory_churn(unsigned round)
{
    int id = 1000 * (walker + 1) + (int)(round % 40);
    char *page;

    if (shm_open(id, &page) == 0)
        *page = 1;
    map_and_unmap();
    if (round % 3 == 0)
        shm_close(id);
    tally_sbrk(round % 2 ? PAGE : -PAGE);
    if (round % 200 == 0)
        munmap((void *)0x40000000, 0x10000000);
}
