/*
 * Units of named segments (named.h), and the accounts charged for them. Each limit of frames has an account of units
 * (limits.h).
 *
 *   U1  the root's account is charged once for each segment that a space without a limit has attached: `unlimited`
 *       counts these spaces
 *   U2  every other account is charged, for each of its spaces, the units of attached segments: `units` of the space
 *   U3  so every unit in use is charged to somebody, and an account with units left always finds that many free
 *
 * Free units may be scattered: then there is no room for a segment of several.
 */
#pragma once

#include "servers/mem/named.h"
#include "servers/mem/space.h"

static inline bool units_is_unlimited(const struct space *space)
{
    return !space->account->parent;
}

/* The units to charge before the space attaches the segment. */
static inline uint32_t units_due(const struct space *space, const struct named *segment)
{
    return units_is_unlimited(space) && segment->unlimited ? 0 : named_units(segment->pages);
}

/* The space has attached the segment, and units_due() was charged; units_inherited(): the charge for a copy was made
 * when it was begun. */
static inline void units_inherited(const struct space *space, struct named *segment)
{
    segment->unlimited += units_is_unlimited(space);
}

static inline void units_held(struct space *space, struct named *segment)
{
    units_inherited(space, segment);
    if (!units_is_unlimited(space))
        space->units = (uint16_t)(space->units + named_units(segment->pages));
}

/* The units charged for this space alone. */
static inline uint32_t units_of_holder(const struct space *space, const struct named *segment)
{
    return units_is_unlimited(space) && segment->unlimited > 1 ? 0 : named_units(segment->pages);
}

/* The space has detached the segment, for which `units` units were charged; `segment` is null if it is gone. */
void units_release(struct space *space, struct named *segment, uint32_t units);
