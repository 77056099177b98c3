/* Rings: doubly linked, so that whoever is in one leaves it without a search. */
#pragma once

#include <stdbool.h>

/* The head of a ring, or a link in one. */
struct ring {
    struct ring *next, *previous;
};

static inline void ring_init(struct ring *ring)
{
    ring->next = ring->previous = ring;
}

static inline bool ring_is_empty(const struct ring *ring)
{
    return ring->next == ring;
}

static inline void ring_join(struct ring *first, struct ring *second)
{
    first->next = second;
    second->previous = first;
}

/* At the end. */
static inline void ring_add(struct ring *ring, struct ring *link)
{
    ring_join(ring->previous, link);
    ring_join(link, ring);
}

static inline void ring_remove(const struct ring *link)
{
    ring_join(link->previous, link->next);
}

/* All links of `from`, which has some, to the end of `to`. */
static inline void ring_move(struct ring *from, struct ring *to)
{
    ring_join(to->previous, from->next);
    ring_join(from->previous, to);
    ring_init(from);
}
