/* The smaller and the larger of two numbers; a difference that is never negative. */
#pragma once

#include <stdint.h>

static inline uint32_t min(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static inline uint32_t max(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* a - b, or 0 if b is larger. */
static inline uint32_t saturating_sub(uint32_t a, uint32_t b)
{
    return a - min(a, b);
}
