#include "servers/mem/units.h"

#include <errno.h>

void units_release(struct space *space, struct named *segment, uint32_t units)
{
    account_release(limits_units(space->account), units);
    if (!units_is_unlimited(space))
        space->units = (uint16_t)(space->units - units);
    else if (segment)
        segment->unlimited--;
}

/* ------------------------------------------------------------------------------- a limit of its own */

/* The next of the space's attached segments, of which *left remain; null: there are no more. */
static struct named *next_attached(const struct space *space, uint32_t *unit, uint32_t *left)
{
    const struct named *segment;

    while (*left && named_next(unit, &segment))
        if (segment && pages_get(&space->pages, segment->address)) {
            --*left;
            return named_at(segment->address);
        }
    return NULL;
}

/* Counts the units of a space without a limit that gets one. */
static void count_units(const struct space *space, struct limits_charged *charged)
{
    uint32_t unit = 0, left = space->named;
    struct named *segment;

    while ((segment = next_attached(space, &unit, &left))) {
        charged->units += named_units(segment->pages);
        charged->units_back += units_of_holder(space, segment);
    }
}

static void leave_unlimited(struct space *space, uint32_t units)
{
    uint32_t unit = 0, left = space->named;
    struct named *segment;

    while ((segment = next_attached(space, &unit, &left)))
        segment->unlimited--;
    space->units = (uint16_t)units;
}

int space_set_limit(struct space *space, uint32_t frames)
{
    uint32_t low = space->low + space->low_ahead;
    bool is_unlimited = units_is_unlimited(space);
    struct limits_charged charged = {space->committed + space->ahead + low, low, space->units, space->units};

    if (space->work == WORK_COPY)
        return -EINVAL;
    if (is_unlimited)
        count_units(space, &charged);
    int error = limits_set(&space->account, frames, charged);
    if (!error && is_unlimited && !units_is_unlimited(space))
        leave_unlimited(space, charged.units);
    return error;
}
