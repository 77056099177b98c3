/*
 * The pages of a pipe: a header and a ring of bytes (servers/proto/pipe_ring.h). A client that has them in its memory
 * may write anything there.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "servers/file/pages.h"
#include "servers/file/quota.h"
#include "servers/proto/pipe_ring.h"

struct ring_pages {
    uint32_t page[PIPE_PAGES];
};

/* Takes zeroed pages; false: the quota does not have enough. */
bool ring_pages_take(struct ring_pages *pages, struct quota *quota);
void ring_pages_give(const struct ring_pages *pages, struct quota *quota);

static inline struct pipe_ring *ring_pages_ring(const struct ring_pages *pages)
{
    return pages_at(pages->page[0]);
}

/* The number of bytes in the ring. If a client has written impossible counts, the bytes are lost. */
uint32_t ring_pages_bytes(const struct ring_pages *pages);

/* ring_pages_put() adds bytes, for which there is room; ring_pages_copy() copies the first bytes, which stay. */
void ring_pages_put(const struct ring_pages *pages, const char *from, uint32_t bytes);
void ring_pages_copy(const struct ring_pages *pages, char *to, uint32_t bytes);
