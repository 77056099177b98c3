#include "servers/mem/space.h"

#include <assert.h>
#include <string.h>

#include "servers/mem/frames.h"
#include "servers/mem/kernel_calls.h"
#include "servers/mem/shm_table.h"

struct space *space_buckets[SPACE_BUCKETS];

struct space *space_prepared;

static struct space *spare;
static uint32_t spares;

static struct space *make_spare(void)
{
    struct space *space = spare;

    if (space) {
        spare = space->next;
        spares--;
        return space;
    }
    space = heap_page();
    if (!space)
        return NULL;
    space->task = heap_new_slot();
    if (!space->task) {
        heap_page_free(space);
        return NULL;
    }
    return space;
}

static void discard_spare(void)
{
    struct space *space = spare;

    spare = space->next;
    spares--;
    heap_slot_free(space->task);
    memset(space, 0, sizeof(*space)); /* H2 of heap.h */
    heap_page_free(space);
}

uint32_t space_spares(void)
{
    return spares;
}

void space_discard_spares(void)
{
    while (spare)
        discard_spare();
}

bool space_init(void)
{
    for (unsigned i = 0; i < SPACE_BUCKETS; i++)
        space_buckets[i] = NULL;
    spare = NULL;
    spares = 0;
    space_prepared = make_spare();
    return space_prepared != NULL;
}

static void forget_regions(struct space *space)
{
    space->heap_start = space->heap_end = 0;
    space->mmap_hint = MMAP_BASE;
}

struct space *space_create(uint32_t id)
{
    struct space *space = space_prepared, *next = make_spare();
    struct space **bucket = &space_buckets[id % SPACE_BUCKETS];

    assert(id && !space_find(id));
    if (!next)
        return NULL;
    space_prepared = next;
    space->id = id;
    space->next = *bucket;
    space->committed = 0;
    forget_regions(space);
    space->donated = FRAME_NONE;
    space->casualty = (struct casualty){0};
    *bucket = space;
    return space;
}

static void unlink_space(struct space *space)
{
    struct space **link = &space_buckets[space->id % SPACE_BUCKETS];

    while (*link != space)
        link = &(*link)->next;
    *link = space->next;
}

bool space_donate(struct space *space, uint32_t frames)
{
    do {
        uint32_t frame = frames_lend_to(&space->donated);
        if (frame == FRAME_NONE || kernel_donate(space->task, frame))
            return false;
    } while (frames-- > 1);
    return true;
}

err_t space_map(struct space *space, uint32_t address_rights, uint32_t source_pages, uint32_t from)
{
    for (;;) {
        err_t err = kernel_map(space->task, address_rights, source_pages, from);
        if (err != ERR_ACCOUNT || !space_donate(space, kernel_lacking()))
            return err;
    }
}

/* Successive mapped pages, gathered so that a call unmaps many. */
struct gathered {
    const struct space *space; /* null: its task is gone, and with it the mappings */
    uint32_t address, pages;
};

static void unmap_gathered(struct gathered *gathered)
{
    if (gathered->pages)
        space_unmap(gathered->space, gathered->address, gathered->pages);
    gathered->pages = 0;
}

static void gather(struct gathered *gathered, uint32_t address)
{
    if (!gathered->space)
        return;
    if (gathered->address + (gathered->pages << PAGE_BITS) != address ||
        gathered->pages == CALL_PAGES_MAX)
        unmap_gathered(gathered);
    if (!gathered->pages)
        gathered->address = address;
    gathered->pages++;
}

static void release_run(const struct page_run *run, struct gathered *gathered)
{
    uint32_t address = run->address;

    for (uint32_t i = 0; i < run->pages; i++, address += PAGE_SIZE) {
        uint32_t entry = run->entries[i];
        if (entry & PAGE_MAPPED)
            gather(gathered, address);
        if (entry & PAGE_FRAME)
            frames_drop(entry & PAGE_VALUE);
        else if (entry & PAGE_SHM)
            shm_table_drop(shm_number(address));
    }
}

static uint32_t release(struct page_map *map, uint32_t address, uint32_t end,
                        struct gathered *gathered)
{
    struct page_run run;
    uint32_t pages = 0;

    for (; pages_next(map, address, end, &run); address = run_end(&run)) {
        if (run.entries)
            release_run(&run, gathered);
        pages_remove(map, &run);
        pages += run.pages;
    }
    unmap_gathered(gathered);
    return pages;
}

uint32_t space_release(struct space *space, uint32_t address, uint32_t end)
{
    return release(&space->pages, address, end, &(struct gathered){.space = space});
}

bool space_clear(struct space *space, uint32_t pages)
{
    uint32_t more = pages > space->committed ? pages - space->committed : 0;

    if (!frames_commit(more))
        return false;
    frames_uncommit(more);
    space_release(space, 0, USER_END);
    space_uncommit(space, space->committed);
    forget_regions(space);
    return true;
}

/* When a task dies the kernel empties its slot and lets go of what was lent to it. A capability of another kind
 * that was sent as the task stays until it is deleted, or the slot would never take one again. */
static bool task_is_gone(const struct space *space)
{
    return kernel_slot_is_empty(space->task);
}

static void settle_with_task(struct space *space)
{
    err_t err = kernel_delete(space->task);

    frames_return_later(&space->donated);
    (void)err; /* it may have died meanwhile */
}

void space_destroy(struct space *space)
{
    bool gone = task_is_gone(space);

    release(&space->pages, 0, USER_END, &(struct gathered){.space = gone ? NULL : space});
    pages_destroy(&space->pages);
    space_uncommit(space, space->committed);
    if (gone)
        frames_return_all(&space->donated);
    else
        settle_with_task(space);
    casualty_forget(space);
    unlink_space(space);
    space->id = 0;
    space->next = spare;
    spare = space;
    if (++spares > SPARES_KEPT)
        discard_spare();
}

bool space_commit(struct space *space, uint32_t pages)
{
    if (!frames_commit(pages))
        return false;
    space->committed += pages;
    return true;
}

void space_uncommit(struct space *space, uint32_t pages)
{
    assert(pages <= space->committed);
    space->committed -= pages;
    frames_uncommit(pages);
}

/* The pages of P4 that have an entry; the heap's are counted by its length. */
static uint32_t count_committed(struct space *space)
{
    uint32_t heap_first = page_up(space->heap_start), heap_end = page_up(space->heap_end);
    uint32_t pages = (heap_end - heap_first) >> PAGE_BITS;
    struct page_run run;

    for (uint32_t at = 0; pages_next(&space->pages, at, USER_END, &run); at = run_end(&run))
        for (uint32_t i = 0; i < run.pages; i++) {
            uint32_t entry = run_entry(&run, i), address = run.address + (i << PAGE_BITS);
            bool direct = entry & PAGE_ARCHIVE && !(entry & PAGE_WRITE);
            bool heap = address >= heap_first && address < heap_end;
            pages += !direct && !heap && !(entry & PAGE_SHM);
        }
    return pages;
}

void space_check(struct space *space)
{
    assert(space->committed == count_committed(space));
    assert(space->id && space_find(space->id) == space);
    assert(space->heap_start <= space->heap_end);
    pages_check(&space->pages);
}
