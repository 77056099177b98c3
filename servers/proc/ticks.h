/* Comparison of ticks: no wait is longer than TICKS_MAX. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "servers/proto/slots.h"

static inline bool tick_is_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

/* The tick `ticks` after `now`, at most TICKS_MAX after it. */
static inline uint32_t tick_after(uint32_t now, uint32_t ticks)
{
    return now + (ticks < TICKS_MAX ? ticks : TICKS_MAX);
}
