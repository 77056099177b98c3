/*
 * A queue of bytes. `head` and `tail` count the bytes that ever went in and out; their difference is
 * the number of bytes in it.
 */
#pragma once

#include <stdint.h>

enum { RING_BYTES = 4096 }; /* a power of two */

struct ring {
    uint32_t head, tail;
    char bytes[RING_BYTES];
};

static inline uint32_t ring_used(const struct ring *ring)
{
    return ring->head - ring->tail;
}

static inline uint32_t ring_room(const struct ring *ring)
{
    return RING_BYTES - ring_used(ring);
}

/* There must be room. */
static inline void ring_put(struct ring *ring, char byte)
{
    ring->bytes[ring->head++ % RING_BYTES] = byte;
}

/* There must be a byte. */
static inline char ring_get(struct ring *ring)
{
    return ring->bytes[ring->tail++ % RING_BYTES];
}
