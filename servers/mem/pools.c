#include "servers/mem/pools.h"

#include <assert.h>
#include <stddef.h>

#include "libuser/libc/errno.h"
#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/mem/kernel_calls.h"

static struct pool pools[POOLS_MAX];

void pools_init(void)
{
    for (uint32_t i = 0; i < POOLS_MAX; i++)
        pools[i] = (struct pool){0};
}

const struct pool *pools_at(uint32_t number)
{
    return number < POOLS_MAX && pools[number].pages ? &pools[number] : NULL;
}

/* The capability for a run of frames that were lent: its slot, 0: no memory. */
static uint32_t make_capability(uint32_t frame, uint32_t pages)
{
    uint32_t slot = heap_new_slot();

    if (slot && kernel_derive_run(slot, frame, pages)) {
        heap_slot_free(slot);
        return 0;
    }
    return slot;
}

/* Large pools are for when there is plenty: else programs would be refused what lies in one unused. */
static bool promise(uint32_t pages)
{
    bool is_too_large = pages > POOL_SMALL && pages > account_left(&frames_account) / POOL_PART;

    if (is_too_large || !account_charge(&frames_account, pages))
        return false;
    if (frames_promise_low(pages))
        return true;
    account_release(&frames_account, pages);
    return false;
}

static void take_back(uint32_t pages)
{
    frames_unpromise_low(pages);
    account_release(&frames_account, pages);
}

/* False: no memory. */
static bool fill(struct pool *pool, uint32_t pages)
{
    uint32_t frame = frames_lend_run(pages);

    if (frame == FRAME_NONE)
        return false;
    uint32_t slot = make_capability(frame, pages);
    if (!slot) {
        frames_return_run(frame, pages);
        return false;
    }
    *pool = (struct pool){.slot = slot, .frame = frame, .pages = pages};
    return true;
}

int pools_make(uint32_t pages)
{
    uint32_t number = 0;

    if (!pages || pages > MEMORY_PAGES_MAX)
        return -EINVAL;
    while (number < POOLS_MAX && pools[number].pages)
        number++;
    if (number == POOLS_MAX || !promise(pages))
        return -ENOMEM;
    if (fill(&pools[number], pages))
        return (int)number;
    take_back(pages);
    return -ENOMEM;
}

void pools_end(uint32_t number)
{
    struct pool *pool = &pools[number];
    err_t err = kernel_delete(pool->slot);

    assert(err == OK);
    heap_slot_free(pool->slot);
    frames_return_run(pool->frame, pool->pages);
    take_back(pool->pages);
    pool->pages = 0;
}
