#include "servers/mem/limits.h"

#include <errno.h>
#include <string.h>

#include "servers/mem/frames.h"
#include "servers/mem/heap.h"

/* Every account but the root. */
struct limit {
    struct account frames;
    uint32_t low_kept, low_used, low_shared, low_given;
};

static struct limit *limit_of(struct account *account)
{
    return (struct limit *)account;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t demand(const struct limit *limit)
{
    return larger(limit->low_kept, limit->low_used);
}

/* What that raises the root's demand by. */
static uint32_t use_low(struct account *account, uint32_t frames)
{
    for (; frames && account->parent; account = account->parent) {
        struct limit *limit = limit_of(account);
        uint32_t before = demand(limit);
        limit->low_used += frames;
        frames = demand(limit) - before;
    }
    return frames;
}

static uint32_t give_low(struct account *account, uint32_t frames)
{
    for (; frames && account->parent; account = account->parent) {
        struct limit *limit = limit_of(account);
        uint32_t before = demand(limit);
        assert(frames <= limit->low_used);
        limit->low_used -= frames;
        frames = before - demand(limit);
    }
    return frames;
}

bool limits_promise_low_under(struct account *account, uint32_t frames)
{
    if (frames_promise_low(use_low(account, frames)))
        return true;
    give_low(account, frames);
    return false;
}

void limits_unpromise_low_under(struct account *account, uint32_t frames)
{
    frames_unpromise_low(give_low(account, frames));
}

/* How many of `kept` can be of the parent's part. */
static uint32_t shared_of(const struct account *parent, uint32_t kept)
{
    const struct limit *above = (const struct limit *)parent;
    uint32_t left = parent->parent ? above->low_kept - above->low_given : 0;

    return smaller(kept, left);
}

/* So many more of the part that is kept for the account; the root has none. */
static void share(struct account *account, uint32_t frames)
{
    if (frames)
        limit_of(account)->low_given += frames;
}

static uint32_t cost_of(const struct limit *limit)
{
    return ACCOUNT_COST + limit->low_kept - limit->low_shared;
}

static int split(struct account **account, uint32_t frames, struct limits_charged charged)
{
    struct account *parent = *account;
    uint32_t kept = frames_low_kept(frames);
    const struct limit model = {.low_kept = kept, .low_used = charged.low, .low_shared = shared_of(parent, kept)};

    int error = account_check_split(parent, frames, charged.frames, cost_of(&model));
    if (error)
        return error;
    if (!limits_promise_low(parent, ACCOUNT_COST + demand(&model) - charged.low))
        return -ENOMEM;
    struct limit *made = heap_page();
    assert(made); /* promised just now */
    *made = model;
    account_split(&made->frames, parent, frames, charged.frames, cost_of(&model));
    share(parent, model.low_shared);
    *account = &made->frames;
    return 0;
}

/* Nobody is under it. What is kept for it gets less: first what is not shared. */
static int lower(struct limit *limit, uint32_t frames)
{
    struct limit lowered = *limit;

    lowered.low_kept = frames_low_kept(frames);
    lowered.low_shared = smaller(lowered.low_kept, limit->low_shared);
    int error = account_lower(&limit->frames, frames, cost_of(&lowered));
    if (error)
        return error;
    uint32_t before = demand(limit);
    share(limit->frames.parent, lowered.low_shared - limit->low_shared);
    limit->low_kept = lowered.low_kept;
    limit->low_shared = lowered.low_shared;
    limits_unpromise_low(limit->frames.parent, before - demand(limit));
    return 0;
}

int limits_set(struct account **account, uint32_t frames, struct limits_charged charged)
{
    struct account *old = *account;

    if (frames > old->limit)
        return -EPERM;
    if (frames == old->limit)
        return 0;
    if (old->holders == 1 && old->parent)
        return lower(limit_of(old), frames);
    return split(account, frames, charged);
}

static void end(struct account *account)
{
    struct limit *limit = limit_of(account);
    struct account *parent = account->parent;
    uint32_t low = ACCOUNT_COST + demand(limit);

    assert(!limit->low_used && !limit->low_given);
    share(parent, -limit->low_shared);
    memset(limit, 0, sizeof(*limit)); /* H2 of heap.h */
    heap_page_free(limit);
    limits_unpromise_low(parent, low);
}

void limits_drop(struct account *account)
{
    account_drop(account, end);
}

uint32_t limits_check(const struct account *account, uint32_t low_used)
{
    const struct limit *limit = (const struct limit *)account;

    assert(account->parent && account->cost == cost_of(limit) && limit->low_used == low_used);
    assert(limit->low_shared <= limit->low_kept && limit->low_given <= limit->low_kept);
    return demand(limit);
}
