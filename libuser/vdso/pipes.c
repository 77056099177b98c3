/* Pipes without a message, as long as nobody waits: of an end that is the process's alone, the ring is in its memory.
 */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"
#include "servers/proto/mem.h"
#include "servers/proto/pipe_ring.h"

#include <string.h>

enum { USES_BEFORE = 4, RING_BYTES = PIPE_PAGES << PAGE_BITS };

static struct vdso_pipe *pipe_of(uint32_t fd)
{
    return &state->pipes[fd % VDSO_PIPES];
}

static void forget_pipe(struct vdso_pipe *pipe)
{
    if (pipe->ring)
        (void)vdso_unmap((uint32_t)pipe->ring, RING_BYTES);
    *pipe = (struct vdso_pipe){0};
}

void vdso_pipe_forget(uint32_t fd)
{
    if (pipe_of(fd)->fd == fd)
        forget_pipe(pipe_of(fd));
}

void vdso_pipes_forget(void)
{
    for (struct vdso_pipe *pipe = state->pipes; pipe < state->pipes + VDSO_PIPES; pipe++)
        forget_pipe(pipe);
}

static void attach(struct vdso_pipe *pipe)
{
    uint32_t at = 0, writes = 0;
    int answer;

    pipe->uses = VDSO_NO_RING;
    do
        answer = mem_reserve(CLIENT_SLOT_MEM, 0, 0, RING_BYTES, 3, &at);
    while (answer == MEM_MORE);
    if (answer)
        return;
    answer = file_pipe_attach(CLIENT_SLOT_FILE, ipc_window(at, PIPE_PAGES), pipe->fd, at, &writes);
    if (answer)
        (void)vdso_unmap(at, RING_BYTES);
    else
        pipe->ring = (struct pipe_ring *)at, pipe->uses = writes ? VDSO_WRITES_RING : VDSO_READS_RING;
}

/* Few pipes are worth the pages. */
bool vdso_pipe_used(uint32_t fd)
{
    struct vdso_pipe *pipe = pipe_of(fd);

    if (pipe->ring || fd > UINT8_MAX)
        return false;
    if (pipe->fd != fd)
        *pipe = (struct vdso_pipe){.fd = (uint8_t)fd};
    if (pipe->uses < USES_BEFORE && ++pipe->uses == USES_BEFORE)
        attach(pipe);
    if (pipe->uses == VDSO_NO_RING && state->has_transfer)
        pipe->uses = VDSO_BY_PAGE;
    return pipe->ring;
}

/* The memcpy() of a few bytes costs more than they do. */
static void copy_bytes(char *to, const char *from, uint32_t bytes)
{
    enum { FEW = 8 };

    if (bytes >= FEW)
        memcpy(to, from, bytes);
    else
        for (uint32_t i = 0; i < bytes; i++)
            to[i] = from[i];
}

/* The places of a ring's bytes from a count on: `first` of them, the others at its beginning. */
struct run {
    char *at, *begin;
    uint32_t first;
};

static struct run run_of(struct pipe_ring *ring, uint32_t count, uint32_t bytes)
{
    char *begin = (char *)ring + PAGE_SIZE;
    uint32_t at = count % PIPE_RING_BYTES, room = PIPE_RING_BYTES - at;

    return (struct run){begin + at, begin, bytes < room ? bytes : room};
}

static int pipe_wait(uint32_t fd, uint32_t bytes)
{
    struct words words = {{FILE_PIPE_WAIT, fd, bytes}};

    vdso_tell_signals();
    return vdso_wait_for(CLIENT_SLOT_FILE, 0, &words);
}

IN_REGISTERS int32_t vdso_pipe_read(struct pipe_ring *ring, char *to, uint32_t bytes, uint32_t fd)
{
    uint32_t used;

    while ((used = ring->written - ring->read) - 1 >= PIPE_RING_BYTES) {
        int answer = pipe_wait(fd, 0);
        if (answer != FILE_AGAIN)
            return answer;
    }
    state->has_drained = bytes >= used;
    if (bytes > used)
        bytes = used;
    const struct run run = run_of(ring, ring->read, bytes);
    copy_bytes(to, run.at, run.first);
    if (run.first < bytes)
        copy_bytes(to + run.first, run.begin, bytes - run.first);
    ring->read += bytes;
    pipe_ring_fence();
    if (ring->writer_waits)
        (void)file_pipe_wake(CLIENT_SLOT_FILE, 0, fd, false);
    return (int32_t)bytes;
}

/* As many as there is room for; up to PIPE_WHOLE all of them. A writer that has taken all that others wrote to it is
 * about to wait: the reader runs first, and may have answered then. */
IN_REGISTERS int32_t vdso_pipe_write(struct pipe_ring *ring, const char *from, uint32_t bytes, uint32_t fd)
{
    uint32_t whole = bytes < PIPE_WHOLE ? bytes : PIPE_WHOLE, room;
    bool yields = state->has_drained;

    while ((room = PIPE_RING_BYTES - (ring->written - ring->read)) > PIPE_RING_BYTES || room < whole ||
           ring->no_reader) {
        int answer = pipe_wait(fd, whole);
        if (answer != FILE_AGAIN)
            return answer;
    }
    state->has_drained = false;
    if (bytes > room)
        bytes = room;
    const struct run run = run_of(ring, ring->written, bytes);
    copy_bytes(run.at, from, run.first);
    if (run.first < bytes)
        copy_bytes(run.begin, from + run.first, bytes - run.first);
    ring->written += bytes;
    pipe_ring_fence();
    if (ring->reader_waits)
        (void)file_pipe_wake(CLIENT_SLOT_FILE, 0, fd, yields);
    return (int32_t)bytes;
}
