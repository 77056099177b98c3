/* The pages of a task of the fake kernel: a hash table by page, with open addressing and without deletion marks. */
#pragma once

#include "kernel/abi/abi.h"

enum {
    MAPPINGS_MAX = 1 << 15, /* a power of two */
    MAPPINGS_PIECE = 64,    /* only pieces that are used take memory, and most tasks use few */
};

struct mapping {
    uint32_t page; /* 0: a free slot (page 0 is never mapped) */
    uint32_t frame;
    rights_t rights;
    enum { OF_MEMORY, OF_ARCHIVE, OF_FILES } source; /* what `frame` counts */
};

/* The slot of the page, or a free one for it. */
static inline struct mapping *mappings_slot(struct mapping *mappings, uint32_t page)
{
    uint32_t i = page * 2654435761u >> 17;

    while (mappings[i].page && mappings[i].page != page)
        i = (i + 1) % MAPPINGS_MAX;
    return &mappings[i];
}

/* The first slot from i on that may have a mapping: it is in a piece that was used. */
static inline uint32_t mappings_next(const bool *used, uint32_t i)
{
    while (i < MAPPINGS_MAX && !used[i / MAPPINGS_PIECE])
        i = (i / MAPPINGS_PIECE + 1) * MAPPINGS_PIECE;
    return i;
}

/* The mappings behind it are inserted again. */
static inline void mappings_remove(struct mapping *mappings, struct mapping *mapping)
{
    uint32_t i = (uint32_t)(mapping - mappings);

    mapping->page = 0;
    for (i = (i + 1) % MAPPINGS_MAX; mappings[i].page; i = (i + 1) % MAPPINGS_MAX) {
        struct mapping moved = mappings[i];
        mappings[i].page = 0;
        *mappings_slot(mappings, moved.page) = moved;
    }
}
