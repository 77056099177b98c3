/* Pipes without messages, while nobody waits: a process that alone holds an end has the ring in its memory. */
#include "libuser/ipc/ipc.h"
#include "libuser/string/copy.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"
#include "servers/proto/mem.h"
#include "servers/proto/pipe_ring.h"

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
    int status;

    pipe->uses = VDSO_NO_RING;
    do
        status = mem_reserve(CLIENT_SLOT_MEM, 0, RING_BYTES, 3, &at);
    while (status == MEM_MORE);
    if (status)
        return;
    status = file_pipe_attach(CLIENT_SLOT_FILE, ipc_window(at, PIPE_PAGES), pipe->fd, at, &writes);
    if (status)
        (void)vdso_unmap(at, RING_BYTES);
    else
        pipe->ring = (struct pipe_ring *)at, pipe->uses = writes ? VDSO_WRITES_RING : VDSO_READS_RING;
}

/* Attaches only after a few uses: most pipes are not worth the pages. */
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

/* Copies bytes that wrap around the ring's end. */
static __attribute__((noinline)) void copy_out_around(char *to, const char *begin, uint32_t at, uint32_t bytes)
{
    uint32_t first = PIPE_RING_BYTES - at;

    copy_inline(to, begin + at, first);
    copy_inline(to + first, begin, bytes - first);
}

static __attribute__((noinline)) void copy_in_around(char *begin, uint32_t at, const char *from, uint32_t bytes)
{
    uint32_t first = PIPE_RING_BYTES - at;

    copy_inline(begin + at, from, first);
    copy_inline(begin, from + first, bytes - first);
}

/* Returns the status of the reply, an error, or VDSO_GIVEN_UP. */
static int32_t pipe_wait(uint32_t fd, uint32_t bytes)
{
    struct words words = {{FILE_PIPE_WAIT, fd, bytes}};

    vdso_tell_signals();
    int32_t error = vdso_wait(SYS_ipc_call | CLIENT_SLOT_FILE << SLOT_SHIFT, &words);
    if (error)
        return error == VDSO_GIVEN_UP ? VDSO_GIVEN_UP : -EPIPE;
    return (int32_t)words.w[0];
}

/* Called with what pipe_wait() returned, unless that was FILE_AGAIN. Makes the call again if it was given up. */
static __attribute__((noinline)) int32_t retry_interrupted(int32_t status, uint32_t fd, uint32_t bytes)
{
    struct words words = {{FILE_PIPE_WAIT, fd, bytes}};

    return status == VDSO_GIVEN_UP ? vdso_call_interrupted(CLIENT_SLOT_FILE, 0, &words, 3) : status;
}

IN_REGISTERS int32_t vdso_pipe_read(arguments_t a, uint32_t number, struct pipe_ring *ring)
{
    uint32_t bytes = a[2], read, used;

    if (bytes - 1 >= INT32_MAX || vdso_is_bad(a[1], bytes))
        return vdso_read_other(a, number);
    while (read = ring->read, (used = ring->written - read) - 1 >= PIPE_RING_BYTES) {
        int32_t status = pipe_wait(a[0], 0);
        if (status != FILE_AGAIN)
            status = retry_interrupted(status, a[0], 0);
        if (status != FILE_AGAIN)
            return status == -EINTR ? vdso_may_restart(number) : status;
    }
    state->has_drained = bytes >= used;
    if (bytes > used)
        bytes = used;
    char *to = (char *)a[1], *begin = (char *)ring + PAGE_SIZE;
    uint32_t at = read % PIPE_RING_BYTES;
    if (at + bytes <= PIPE_RING_BYTES)
        copy_inline(to, begin + at, bytes);
    else
        copy_out_around(to, begin, at, bytes);
    ring->read = read + bytes;
    pipe_ring_fence();
    if (ring->writer_waits)
        (void)file_pipe_wake(CLIENT_SLOT_FILE, a[0], false);
    return (int32_t)bytes;
}

/* A writer that has read all its input will soon wait for more. So its reader runs first, and may have written data by
 * then. */
IN_REGISTERS int32_t vdso_pipe_write(arguments_t a, uint32_t number, struct pipe_ring *ring)
{
    uint32_t bytes = a[2], written;

    if (bytes - 1 >= PIPE_WHOLE || vdso_is_bad(a[1], bytes))
        return vdso_write_other(a, number);
    while (written = ring->written, written - ring->read > PIPE_RING_BYTES - bytes || ring->no_reader) {
        int32_t status = pipe_wait(a[0], bytes);
        if (status != FILE_AGAIN)
            status = retry_interrupted(status, a[0], bytes);
        if (status != FILE_AGAIN)
            return vdso_write_ends(status, 0, number);
    }
    const char *from = (const char *)a[1];
    char *begin = (char *)ring + PAGE_SIZE;
    uint32_t at = written % PIPE_RING_BYTES;
    if (at + bytes <= PIPE_RING_BYTES)
        copy_inline(begin + at, from, bytes);
    else
        copy_in_around(begin, at, from, bytes);
    ring->written = written + bytes;
    pipe_ring_fence();
    bool yields = state->has_drained;
    state->has_drained = false;
    if (ring->reader_waits)
        (void)file_pipe_wake(CLIENT_SLOT_FILE, a[0], yields);
    return (int32_t)bytes;
}
