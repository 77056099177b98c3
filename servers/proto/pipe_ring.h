/*
 * The ring of a pipe: PIPE_PAGES pages, of which the first has this header. The file server moves bytes in and out for
 * clients. A process that alone holds an end may have the pages (pipe_attach of file.proto) and move the bytes itself.
 * It calls the server only to wait, to wake the other end, and to close.
 *
 * A process that has the pages can write anything into them: that harms only the bytes of this pipe. Every reader of a
 * count checks it against the size of the ring.
 */
#pragma once

#include <stdint.h>

enum { PIPE_PAGES = 3, PIPE_RING_BYTES = 8192, PIPE_WHOLE = 4096 /* so many are written together */ };

struct pipe_ring {
    volatile uint32_t written, read;              /* bytes since the pipe was made; each end changes its own */
    volatile uint32_t reader_waits, writer_waits; /* the server is to be told of bytes, of room */
    volatile uint32_t no_reader;                  /* nobody will read what is written */
};

/* Stores before the fence are seen before loads after it are made. A process that is to wait says so first, and then
 * looks once more; a process that brings bytes or room stores that first, and then checks for waiters. */
static inline void pipe_ring_fence(void)
{
    __sync_synchronize();
}
