/* A search through tables that are mostly empty: leaves of capability tables, page tables. */
#pragma once

#include "kernel/arch/arch.h"

/* Returns the first index, from `i` on, whose word has a bit of `mask`; `count` if there is none. The words of two
 * indexes are `stride` words apart. They are tested in groups of eight, or all at once in a smaller table; `count` is a
 * power of 2. Not inlined: it needs all registers. */
static inline __attribute__((noinline)) unsigned scan_next(const uint32_t *words, unsigned stride, unsigned count,
                                                           unsigned i, uint32_t mask)
{
    const unsigned group = count < 8 ? count : 8;

    while (i < count) {
        uint32_t any = 0;
        for (unsigned j = 0; i % group == 0 && j < group; j++)
            any |= words[(i + j) * stride];
        if (i % group == 0 && !(any & mask))
            i += group;
        else if (words[i * stride] & mask)
            break;
        else
            i++;
    }
    return i;
}
