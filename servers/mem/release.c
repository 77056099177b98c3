/* Releasing a space's pages. */
#include "servers/mem/frames.h"
#include "servers/mem/named.h"
#include "servers/mem/named_calls.h"
#include "servers/mem/shm_table.h"
#include "servers/mem/space.h"
#include "servers/proto/layout.h"

/* Successive mapped pages, gathered so that one system call unmaps many. */
struct gathered {
    const struct space *space; /* null: its task is gone, and with it the mappings */
    uint32_t address, pages;
    uint32_t foreign; /* how many of the pages */
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
    if (gathered->address + (gathered->pages << PAGE_BITS) != address || gathered->pages == CALL_PAGES_MAX)
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
        else if (entry & PAGE_SHM && address >= SHM_BASE)
            shm_table_drop(shm_number(address));
        gathered->foreign += (entry & PAGE_FOREIGN) != 0;
    }
}

/* Shortens a run of named segments' pages to one first page, or to the pages before the next first page. A segment that
 * begins there is detached, as far as `most` allows: false if more is left. */
static bool release_named(struct space *space, struct page_run *run, uint32_t most, uint32_t *cost)
{
    if (run->entries[0] & PAGE_FIRST) {
        run->pages = 1;
        return named_release(space, run->address, most, cost);
    }
    for (uint32_t i = 1; i < run->pages; i++)
        if (run->entries[i] & PAGE_FIRST)
            run->pages = i;
    return true;
}

/* Releases pages, at the cost of at most `most` entries. */
static uint32_t release(struct space *space, uint32_t *address, uint32_t end, uint32_t most, struct gathered *gathered)
{
    struct page_map *map = &space->pages;
    struct page_run run;
    uint32_t pages = 0, cost = 0;

    for (; cost < most && pages_next_near(map, address, end, LEAVES_AT_ONCE, &run); *address = run_end(&run)) {
        if (named_is_address(run.address) && !release_named(space, &run, most, &cost)) {
            *address = run.address;
            break;
        }
        if (run.entries) {
            uint32_t each = run.address < SHM_BASE ? 1 : SEGMENT_PAGES;
            uint32_t room = cost < most ? (most - cost - 1) / each + 1 : 1;
            run.pages = run.pages < room ? run.pages : room;
            release_run(&run, gathered);
            cost += run.pages * each;
        }
        cost += RUN_PAGES;
        pages_remove(map, &run);
        pages += run.pages;
    }
    unmap_gathered(gathered);
    return pages;
}

static void release_all(struct space *space, uint32_t address, uint32_t end, const struct space *task)
{
    while (address < end)
        release(space, &address, end, UINT32_MAX, &(struct gathered){.space = task});
}

void space_release_all(struct space *space, bool gone)
{
    release_all(space, 0, USER_END, gone ? NULL : space);
}

void space_release(struct space *space, uint32_t address, uint32_t end)
{
    release_all(space, address, end, space);
}

uint32_t space_release_some(struct space *space, uint32_t *address, uint32_t end)
{
    struct gathered gathered = {.space = space};
    uint32_t pages = release(space, address, end, STEP_PAGES, &gathered);

    space->direct -= gathered.foreign;
    return pages - gathered.foreign;
}
