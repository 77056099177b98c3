/* The smaller and the larger of two numbers; their difference. */
#pragma once

#include <stdint.h>

static inline uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static inline uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* a - b, or 0 if b is larger. */
static inline uint32_t less(uint32_t a, uint32_t b)
{
    return a - smaller(a, b);
}
