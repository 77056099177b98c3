#include "servers/mem/limits.h"

#include <errno.h>
#include <string.h>

#include "servers/lib/number.h"
#include "servers/mem/frames.h"
#include "servers/mem/heap.h"

/* Every account except the root. */
struct limit {
    struct account frames;
    uint32_t low_kept, low_used, low_shared, low_given;
    struct account units; /* without holders of its own */
};

static struct account units_of_all;

void limits_init(uint32_t units)
{
    units_of_all = (struct account){.limit = units, .holders = 1};
}

static struct limit *limit_of(struct account *account)
{
    return (struct limit *)account;
}

struct account *limits_units(struct account *account)
{
    return account->parent ? &limit_of(account)->units : &units_of_all;
}

static uint32_t demand(const struct limit *limit)
{
    return max(limit->low_kept, limit->low_used);
}

/* Adds to `low_used`; returns by how much the root's demand rises. */
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

/* How many of `kept` can come from the parent's part. */
static uint32_t shared_of(const struct account *parent, uint32_t kept)
{
    const struct limit *above = (const struct limit *)parent;
    uint32_t left = parent->parent ? above->low_kept - above->low_given : 0;

    return min(kept, left);
}

/* Takes `frames` more of the part that is kept for the account; the root has no such part. */
static void share(struct account *account, uint32_t frames)
{
    if (frames)
        limit_of(account)->low_given += frames;
}

static uint32_t cost_of(const struct limit *limit)
{
    return ACCOUNT_COST + limit->low_kept - limit->low_shared;
}

/* ------------------------------------------------------------------------------------------ units */

static uint32_t part_of(const struct account *units, const struct account *whole, uint32_t frames)
{
    return frames * units->limit / whole->limit;
}

/* The units for a limit of `frames`, at least as many as are charged; or a number larger than those left. */
static uint32_t units_for(struct account *parent, uint32_t frames, struct limits_charged charged)
{
    const struct account *units = limits_units(parent);
    uint32_t left = account_left(units) + charged.units_back;
    uint32_t enough = max(part_of(units, parent, frames), min(UNITS_ENOUGH, left / 2));

    return max(min(enough, left), charged.units);
}

static void split_units(struct limit *made, struct account *parent, uint32_t units, struct limits_charged charged)
{
    struct account *above = limits_units(parent);

    account_release(above, charged.units_back);
    account_split(&made->units, above, units, 0, 0);
    made->units.used = charged.units;
}

static void lower_units(struct account *units, uint32_t part)
{
    int error = account_lower(units, max(part, units->used), 0);

    assert(!error);
}

/* ----------------------------------------------------------------------------------------- limits */

static int split(struct account **account, uint32_t frames, struct limits_charged charged)
{
    struct account *parent = *account;
    uint32_t units = units_for(parent, frames, charged);
    uint32_t kept = frames_low_kept(frames);
    const struct limit model = {.low_kept = kept, .low_used = charged.low, .low_shared = shared_of(parent, kept)};

    int error = account_check_split(parent, frames, charged.frames, cost_of(&model));
    if (error)
        return error;
    if (units > account_left(limits_units(parent)) + charged.units_back)
        return -ENOMEM;
    if (!limits_promise_low(parent, ACCOUNT_COST + demand(&model) - charged.low))
        return -ENOMEM;
    struct limit *made = heap_page();
    assert(made); /* promised just now */
    *made = model;
    account_split(&made->frames, parent, frames, charged.frames, cost_of(&model));
    share(parent, model.low_shared);
    split_units(made, parent, units, charged);
    *account = &made->frames;
    return 0;
}

/* Lowers an account without accounts under it. Its kept part shrinks, first the part that is not shared. */
static int lower(struct limit *limit, uint32_t frames)
{
    struct limit lowered = *limit;
    uint32_t units = part_of(&limit->units, &limit->frames, frames);

    lowered.low_kept = frames_low_kept(frames);
    lowered.low_shared = min(lowered.low_kept, limit->low_shared);
    int error = account_lower(&limit->frames, frames, cost_of(&lowered));
    if (error)
        return error;
    uint32_t before = demand(limit);
    share(limit->frames.parent, lowered.low_shared - limit->low_shared);
    limit->low_kept = lowered.low_kept;
    limit->low_shared = lowered.low_shared;
    limits_unpromise_low(limit->frames.parent, before - demand(limit));
    lower_units(&limit->units, units);
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

    assert(!limit->low_used && !limit->low_given && !limit->units.used);
    account_release(limit->units.parent, limit->units.limit);
    share(parent, -limit->low_shared);
    memset(limit, 0, sizeof(*limit)); /* H2 of heap.h */
    heap_page_free(limit);
    limits_unpromise_low(parent, low);
}

void limits_drop(struct account *account)
{
    account_drop(account, end);
}

uint32_t limits_audit(const struct account *account, uint32_t low_used)
{
    const struct limit *limit = (const struct limit *)account;

    assert(account->parent && account->cost == cost_of(limit) && limit->low_used == low_used);
    assert(limit->low_shared <= limit->low_kept && limit->low_given <= limit->low_kept);
    return demand(limit);
}
