/*
 * Reading and writing. Until a program opens, closes or duplicates a descriptor, it has 0, 1 and 2, the console, and no
 * server is asked about them. From then on the file server has its descriptors, and says which are the console.
 */
#include "libuser/ipc/ipc.h"
#include "libuser/string/copy.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/console.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"
#include "servers/proto/pipe_ring.h"

#include <string.h>

enum { VECTORS_MAX = 1024, CALL_READ = 3, CALL_WRITE = 4 };

struct vector {
    uint32_t at, bytes;
};

/* Without files, only descriptors of the console exist. */
static bool is_none(uint32_t consoles, uint32_t fd)
{
    return !state->has_files && !vdso_is_console(consoles, fd);
}

/* Returns 0 if all vectors are the program's memory, and a call's result can express their total. */
static int check_vectors(uint32_t at, uint32_t count)
{
    const struct vector *v = (const struct vector *)at;
    uint32_t total = 0;

    if (count > VECTORS_MAX)
        return -EINVAL;
    if (vdso_is_bad(at, count * sizeof *v))
        return -EFAULT;
    for (uint32_t i = 0; i < count; i++) {
        if (v[i].bytes > INT32_MAX - total)
            return -EINVAL;
        if (vdso_is_bad(v[i].at, v[i].bytes))
            return -EFAULT;
        total += v[i].bytes;
    }
    return 0;
}

static uint32_t total_of(const struct vector *v, uint32_t count)
{
    uint32_t total = 0;

    for (uint32_t i = 0; i < count; i++)
        total += v[i].bytes;
    return total;
}

/* A position within a list of vectors. */
struct position {
    const struct vector *v;
    uint32_t left, offset;
};

static void advance(struct position *position, uint32_t bytes)
{
    while (position->left && bytes >= position->v->bytes - position->offset) {
        bytes -= position->v->bytes - position->offset;
        position->v++, position->left--, position->offset = 0;
    }
    position->offset += bytes;
}

/* Copies the next bytes of the vectors, at most `most`; returns how many. */
static uint32_t gather(struct position position, char *to, uint32_t most)
{
    uint32_t used = 0;

    while (position.left && used < most) {
        uint32_t bytes = position.v->bytes - position.offset;
        if (bytes > most - used)
            bytes = most - used;
        if (bytes) /* an empty vector may have a null pointer */
            memcpy(to + used, (const char *)position.v->at + position.offset, bytes);
        used += bytes;
        advance(&position, bytes);
    }
    return used;
}

/* Copies so many bytes into the vectors, which have room for them. */
static void scatter(struct position *position, const char *from, uint32_t bytes)
{
    while (bytes) {
        uint32_t room = position->v->bytes - position->offset, run = bytes < room ? bytes : room;
        if (run)
            memcpy((char *)position->v->at + position->offset, from, run);
        from += run;
        bytes -= run;
        advance(position, run);
    }
}

/* The message page still has its bytes: handlers run only when the program's call is over. */
int vdso_call_interrupted(uint32_t slot, uint32_t flags, struct words *words, uint32_t wait_word)
{
    words->w[wait_word] |= WAIT_INTERRUPTED;
    return ipc_call(slot, flags, words) ? -EPIPE : (int)words->w[0];
}

int vdso_wait_for(uint32_t slot, uint32_t flags, struct words *words, uint32_t wait_word)
{
    int32_t error = vdso_wait(SYS_ipc_call | flags | slot << SLOT_SHIFT, words);

    if (error == VDSO_GIVEN_UP)
        return vdso_call_interrupted(slot, flags, words, wait_word);
    return error ? -EPIPE : (int)words->w[0];
}

/* Calls the file server about the descriptor in word 1. Returns 0, the kernel's error, or VDSO_GIVEN_UP. */
static inline __attribute__((always_inline)) int32_t ask_file_once(uint32_t flags, struct words *words)
{
    return vdso_wait(SYS_ipc_call | flags | CLIENT_SLOT_FILE << SLOT_SHIFT, words);
}

/* Returns whether one call with the transfer page can do it all. */
static inline bool is_one_call(arguments_t a)
{
    return a[2] - FILE_DATA_MAX - 1 < FILE_TRANSFER_MAX - FILE_DATA_MAX && !vdso_is_bad(a[1], FILE_TRANSFER_MAX);
}

/* ---------------------------------------------------------------------------------------- writes */

/* Writes to a file or a pipe. Returns 0, FILE_CONSOLE, or an error; *taken bytes were written. */
static int write_file(uint32_t fd, struct position position, uint32_t left, uint32_t *taken)
{
    uint32_t most;

    vdso_pipe_used(fd);
    char *to = vdso_bytes(left, &most);
    uint32_t bytes = gather(position, to, most);
    struct words words = {{FILE_WRITE, fd, bytes}};
    uint32_t flags = most == FILE_DATA_MAX ? ipc_extend(bytes, 0) : 0;
    int status = vdso_wait_for(CLIENT_SLOT_FILE, flags, &words, 3);
    *taken = status ? 0 : words.w[1];
    return status;
}

/* Returns 0 or an error; *taken bytes were written. */
static int write_piece(uint32_t fd, struct position position, uint32_t left, uint32_t *taken)
{
    *taken = 0;
    if (!vdso_is_console(state->console_writes, fd)) {
        int status = write_file(fd, position, left, taken);
        if (status != FILE_CONSOLE)
            return status;
        vdso_set_console(&state->console_writes, fd, true);
    }
    if (!left)
        return 0;
    uint32_t bytes = gather(position, (char *)message_page->words, IPC_DATA_MAX);
    return console_write(CLIENT_SLOT_CONSOLE, bytes, taken);
}

int32_t vdso_write_ends(int32_t error, uint32_t sent, uint32_t number)
{
    if (error == -EPIPE)
        vdso_raise(SIGNAL_PIPE);
    if (error == -EINTR && !sent)
        return vdso_may_restart(number);
    return sent ? (int32_t)sent : error;
}

/* The arguments of a read or write. */
#define PIECE(fd, at, bytes) ((const uint32_t[]){(fd), (at), (bytes)})

/* Writes everything, or until an error. A call that has written some bytes is not restarted. */
static int32_t write_ring(uint32_t fd, const struct vector *v, uint32_t count, uint32_t number)
{
    uint32_t sent = 0;

    for (uint32_t i = 0; i < count; i++)
        for (uint32_t done = 0; done < v[i].bytes;) {
            struct pipe_ring *ring = vdso_pipe_ring(fd, true); /* a handler may have closed it */
            uint32_t left = v[i].bytes - done, bytes = left < PIPE_WHOLE ? left : PIPE_WHOLE;
            int32_t taken = ring ? vdso_pipe_write(PIECE(fd, v[i].at + done, bytes), sent ? 0 : number, ring) : -EBADF;
            if (taken < 0)
                return sent ? (int32_t)sent : taken;
            sent += (uint32_t)taken;
            done += (uint32_t)taken;
        }
    return (int32_t)sent;
}

static int32_t write_vectors(uint32_t fd, const struct vector *v, uint32_t count, uint32_t number)
{
    struct position position = {v, count, 0};
    uint32_t left, sent = 0;

    if (vdso_pipe_ring(fd, true))
        return write_ring(fd, v, count, number);
    left = total_of(v, count);
    vdso_tell_signals();
    do {
        uint32_t taken;
        int status = write_piece(fd, position, left, &taken);
        if (status || (!taken && left))
            return vdso_write_ends(status, sent, number);
        advance(&position, taken);
        sent += taken;
        left -= taken;
    } while (left);
    return (int32_t)sent;
}

HANDLER(writev)
{
    int error = is_none(state->console_writes, a[0]) ? -EBADF : check_vectors(a[1], a[2]);

    return error ? error : write_vectors(a[0], (const struct vector *)a[1], a[2], number);
}

IN_REGISTERS int32_t vdso_write_other(arguments_t a, uint32_t number)
{
    const struct vector one = {a[1], a[2]};

    if (is_none(state->console_writes, a[0]))
        return -EBADF;
    if (one.bytes > INT32_MAX)
        return -EINVAL;
    return vdso_is_bad(one.at, one.bytes) ? -EFAULT : write_vectors(a[0], &one, 1, number);
}

/* Uses one call if that is enough, and the general path otherwise. For descriptors from 32 on this function does not
 * know whether they are the console. */
IN_REGISTERS int32_t vdso_write_by_page(arguments_t a)
{
    if (!is_one_call(a))
        return vdso_write_other(a, CALL_WRITE);
    vdso_tell_signals();
    copy_inline((void *)FILE_TRANSFER, (const void *)a[1], a[2]);
    struct words words = {{FILE_WRITE, a[0], a[2]}};
    if (__builtin_expect(ask_file_once(0, &words), 0))
        return vdso_write_other(a, CALL_WRITE);
    int status = (int)words.w[0];
    if (__builtin_expect(status, 0))
        return status < 0 ? vdso_write_ends(status, 0, CALL_WRITE) : vdso_write_other(a, CALL_WRITE);
    return (int32_t)words.w[1];
}

/* Each path is its own function, so that it saves only the registers that it needs. `number` is known here. */
HANDLER(write)
{
    const struct vdso_pipe *known = &state->pipes[a[0] % VDSO_PIPES];

    (void)number;
    if (known->fd != a[0])
        return vdso_write_other(a, CALL_WRITE);
    if (known->uses == VDSO_WRITES_RING)
        return vdso_pipe_write(a, CALL_WRITE, known->ring);
    return known->uses == VDSO_BY_PAGE ? vdso_write_by_page(a) : vdso_write_other(a, CALL_WRITE);
}

/* ----------------------------------------------------------------------------------------- reads */

HANDLER(before_read)
{
    (void)number;
    if (a[0] && vdso_is_bad(a[0], 1))
        return -EFAULT;
    state->before_read = a[0];
    return 0;
}

/* Reads from the console. Returns how many bytes, or an error; *more: the same read can take more. */
static int read_console(struct position *position, uint32_t bytes, bool wait, bool *more)
{
    uint32_t most = bytes < IPC_DATA_MAX ? bytes : IPC_DATA_MAX;
    struct words words = {{CONSOLE_READ, most, wait}};
    int error = vdso_wait_for(CLIENT_SLOT_CONSOLE, 0, &words, 2);

    if (error)
        return error;
    uint32_t got = words.w[1] < most ? words.w[1] : most;
    scatter(position, (const char *)message_page->words, got);
    *more = words.w[2];
    return (int)got;
}

/* Reads into the first vector that has room. */
static int32_t read_ring(uint32_t fd, struct pipe_ring *ring, const struct vector *v, uint32_t count, uint32_t number)
{
    while (count && !v->bytes)
        v++, count--;
    return count ? vdso_pipe_read(PIECE(fd, v->at, v->bytes), number, ring) : 0;
}

/* Once the ring is granted, the server must not be asked for bytes. It removes them only after their reader got them,
 * so on another processor this reader could find them in the ring a second time. */
static int read_ring_now(uint32_t fd, const struct position *position, bool *more)
{
    struct pipe_ring *ring = vdso_pipe_ring(fd, false);

    *more = false;
    return ring ? read_ring(fd, ring, position->v, position->left, 0) : -EBADF;
}

/* The result of read_file() if the console must be asked. */
enum { FILE_ASKS_CONSOLE = INT32_MIN };

static int read_file(uint32_t fd, struct position *position, uint32_t left, bool wait, bool *more)
{
    uint32_t most;

    if (wait && vdso_pipe_used(fd))
        return read_ring_now(fd, position, more);
    char *from = vdso_bytes(left, &most);
    if (most > left)
        most = left;
    struct words words = {{FILE_READ, fd, most, wait}};
    int status = vdso_wait_for(CLIENT_SLOT_FILE, 0, &words, 3);
    if (status)
        return status == FILE_CONSOLE ? FILE_ASKS_CONSOLE : status;
    uint32_t got = words.w[1] < most ? words.w[1] : most;
    scatter(position, from, got);
    *more = got == most;
    return (int)got;
}

static int read_piece(uint32_t fd, struct position *position, uint32_t left, bool wait, bool *more)
{
    if (!vdso_is_console(state->console_reads, fd)) {
        int taken = read_file(fd, position, left, wait, more);
        if (taken != FILE_ASKS_CONSOLE)
            return taken;
        vdso_set_console(&state->console_reads, fd, true);
    }
    if (!left)
        return 0;
    if (state->before_read && wait)
        ((void (*)(void))state->before_read)();
    return read_console(position, left, wait, more);
}

/* Returns the result of a call that has read nothing. */
static int32_t read_ends(int32_t result, uint32_t number)
{
    return result == -EINTR ? vdso_may_restart(number) : result;
}

/* Waits only for the first bytes. */
static int32_t read_vectors(uint32_t fd, const struct vector *v, uint32_t count, uint32_t number)
{
    struct position position = {v, count, 0};
    uint32_t left, got = 0;
    bool more = true;
    struct pipe_ring *ring = vdso_pipe_ring(fd, false);

    if (ring)
        return read_ring(fd, ring, v, count, number);
    left = total_of(v, count);
    vdso_tell_signals();
    do {
        int taken = read_piece(fd, &position, left, got == 0, &more);
        if (taken < 0 && !got)
            return read_ends(taken, number);
        if (taken <= 0)
            return got ? (int32_t)got : taken;
        got += (uint32_t)taken;
        left -= (uint32_t)taken;
    } while (more && left);
    return (int32_t)got;
}

HANDLER(readv)
{
    int error = is_none(state->console_reads, a[0]) ? -EBADF : check_vectors(a[1], a[2]);

    return error ? error : read_vectors(a[0], (const struct vector *)a[1], a[2], number);
}

IN_REGISTERS int32_t vdso_read_other(arguments_t a, uint32_t number)
{
    const struct vector one = {a[1], a[2]};

    if (is_none(state->console_reads, a[0]))
        return -EBADF;
    if (one.bytes > INT32_MAX)
        return -EINVAL;
    return vdso_is_bad(one.at, one.bytes) ? -EFAULT : read_vectors(a[0], &one, 1, number);
}

IN_REGISTERS int32_t vdso_read_by_page(arguments_t a)
{
    struct words words = {{FILE_READ, a[0], a[2], true}};

    if (!is_one_call(a))
        return vdso_read_other(a, CALL_READ);
    vdso_tell_signals();
    if (__builtin_expect(ask_file_once(0, &words), 0))
        return vdso_read_other(a, CALL_READ);
    int status = (int)words.w[0];
    if (__builtin_expect(status, 0))
        return status < 0 ? read_ends(status, CALL_READ) : vdso_read_other(a, CALL_READ);
    uint32_t got = words.w[1] < a[2] ? words.w[1] : a[2];
    copy_inline((void *)a[1], (const void *)FILE_TRANSFER, got);
    return (int32_t)got;
}

HANDLER(read)
{
    const struct vdso_pipe *known = &state->pipes[a[0] % VDSO_PIPES];

    (void)number;
    if (known->fd != a[0])
        return vdso_read_other(a, CALL_READ);
    if (known->uses == VDSO_READS_RING)
        return vdso_pipe_read(a, CALL_READ, known->ring);
    return known->uses == VDSO_BY_PAGE ? vdso_read_by_page(a) : vdso_read_other(a, CALL_READ);
}

/* Checks pread64 and pwrite64. Their offset is in arguments 3 (lower half) and 4. */
static int32_t check_at(arguments_t a)
{
    if (a[2] > INT32_MAX || a[4] >> 31)
        return -EINVAL;
    if (vdso_is_bad(a[1], a[2]))
        return -EFAULT;
    if (vdso_is_console(state->console_reads | state->console_writes, a[0]))
        return -ESPIPE;
    return state->has_files ? 0 : -EBADF;
}

HANDLER(pread64)
{
    const struct vector one = {a[1], a[2]};
    struct position position = {&one, 1, 0};
    uint32_t done = 0, most, got;
    int32_t error = check_at(a);

    (void)number;
    if (error)
        return error;
    do { /* even for 0 bytes, because the descriptor must be checked */
        char *from = vdso_bytes(a[2] - done, &most);
        if (most > a[2] - done)
            most = a[2] - done;
        if (a[4] || a[3] + done > INT32_MAX)
            break;
        error = file_read_at(CLIENT_SLOT_FILE, a[0], most, a[3] + done, &got);
        if (error || !got)
            break;
        scatter(&position, from, got);
        done += got;
    } while (done < a[2]);
    return error && !done ? error > 0 ? -ESPIPE : error : (int32_t)done;
}

HANDLER(pwrite64)
{
    const struct vector one = {a[1], a[2]};
    struct position position = {&one, 1, 0};
    uint32_t done = 0, most, taken;
    int32_t error = check_at(a);

    (void)number;
    if (error)
        return error;
    do {
        char *to = vdso_bytes(a[2] - done, &most);
        uint32_t bytes = gather(position, to, most);
        if (a[4] || a[3] + done > INT32_MAX) {
            error = -EFBIG;
            break;
        }
        error = file_write_at(CLIENT_SLOT_FILE, most == FILE_DATA_MAX ? bytes : 0, a[0], bytes, a[3] + done, &taken);
        if (error || !taken)
            break;
        advance(&position, taken);
        done += taken;
    } while (done < a[2]);
    return error && !done ? error > 0 ? -ESPIPE : error : (int32_t)done;
}
