#include "servers/file/ring_pages.h"

#include <string.h>

_Static_assert(PIPE_RING_BYTES == (PIPE_PAGES - 1) * PAGE_SIZE, "the pages behind the header's");

void ring_pages_give(const struct ring_pages *pages, struct quota *quota)
{
    for (uint32_t i = 0; i < PIPE_PAGES; i++)
        if (pages->page[i] != PAGE_NONE)
            quota_give_page(quota, pages->page[i]);
}

bool ring_pages_take(struct ring_pages *pages, struct quota *quota)
{
    for (uint32_t i = 0; i < PIPE_PAGES; i++)
        pages->page[i] = quota_take_page(quota);
    if (pages->page[PIPE_PAGES - 1] == PAGE_NONE) {
        ring_pages_give(pages, quota);
        return false;
    }
    for (uint32_t i = 0; i < PIPE_PAGES; i++)
        memset(pages_at(pages->page[i]), 0, PAGE_SIZE); /* a client that attaches sees all of them */
    return true;
}

uint32_t ring_pages_bytes(const struct ring_pages *pages)
{
    struct pipe_ring *ring = ring_pages_ring(pages);
    uint32_t used = ring->written - ring->read;

    if (used <= PIPE_RING_BYTES)
        return used;
    ring->read = ring->written;
    return 0;
}

/* Returns the address of byte `count` of the ring; *run: the bytes from there to the end of its page. */
static char *byte_at(const struct ring_pages *pages, uint32_t count, uint32_t *run)
{
    uint32_t at = count % PIPE_RING_BYTES, in_page = at % PAGE_SIZE;

    *run = PAGE_SIZE - in_page;
    return (char *)pages_at(pages->page[1 + at / PAGE_SIZE]) + in_page;
}

void ring_pages_put(const struct ring_pages *pages, const char *from, uint32_t bytes)
{
    struct pipe_ring *ring = ring_pages_ring(pages);
    uint32_t at = ring->written, end = at + bytes;

    while (at != end) {
        uint32_t run;
        char *to = byte_at(pages, at, &run);
        if (run > end - at)
            run = end - at;
        memcpy(to, from, run);
        from += run;
        at += run;
    }
    ring->written = end;
}

void ring_pages_copy(const struct ring_pages *pages, char *to, uint32_t bytes)
{
    uint32_t at = ring_pages_ring(pages)->read, end = at + bytes;

    while (at != end) {
        uint32_t run;
        const char *from = byte_at(pages, at, &run);
        if (run > end - at)
            run = end - at;
        memcpy(to, from, run);
        to += run;
        at += run;
    }
}
