#include "servers/mem/audit.h"

#include <assert.h>

#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/mem/named.h"
#include "servers/mem/shm_table.h"
#include "servers/mem/space.h"

/* The number of a space's pages with a frame. */
static uint32_t count_frames(struct space *space)
{
    uint32_t frames = 0;
    struct page_run run;

    for (uint32_t at = 0; pages_next(&space->pages, at, USER_END, &run); at = run_end(&run))
        for (uint32_t i = 0; i < run.pages; i++)
            frames += (run_entry(&run, i) & PAGE_FRAME) != 0;
    return frames;
}

static uint32_t audit_spaces(void)
{
    uint32_t frames = 0;

    for (uint32_t bucket = 0; bucket < SPACE_BUCKETS; bucket++)
        for (struct space *space = space_buckets[bucket]; space; space = space->next) {
            space_audit(space);
            frames += count_frames(space);
        }
    for (struct space *space = space_ending; space; space = space->next)
        frames += count_frames(space);
    return frames;
}

void audit_all(void)
{
    uint32_t frames = audit_spaces() + shm_table_count() + named_audit();

    shm_table_audit();
    heap_audit();
    assert(frames_audit() == frames);
}
