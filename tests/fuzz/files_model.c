#include "tests/fuzz/files_model.h"

#include <errno.h>
#include <string.h>

#include "servers/proto/pipe_ring.h"
#include "tests/fuzz/files_model_state.h"
#include "tests/host/check.h"

enum { FILES = MODEL_STEPS };

struct queue {
    uint32_t clients[MODEL_CLIENTS], count;
};

struct pipe {
    uint32_t used, readers, writers;
    char data[PIPE_RING_BYTES];
    struct queue reading, writing;
};

static struct file files[FILES], *names[MODEL_NAMES], console;
static struct pipe pipes[FILES];
static uint32_t files_count, pipes_count;
struct program model_programs[MODEL_CLIENTS + 1];
struct opened model_opens[MODEL_OPENS];

/* ---------------------------------------------------------------------------------- replies */

void model_reply(uint32_t client, int32_t status, uint32_t result)
{
    model_programs[client].expected.status = status;
    model_programs[client].expected.result = result;
    model_programs[client].expected.data = NULL;
}

static void reply_data(uint32_t client, const char *from, uint32_t got)
{
    memcpy(model_programs[client].data, from, got);
    model_reply(client, 0, got);
    model_programs[client].expected.data = model_programs[client].data;
}

const struct expected *model_expected(uint32_t client)
{
    return &model_programs[client].expected;
}

bool model_lives(uint32_t client)
{
    return model_programs[client].lives;
}

bool model_waits(uint32_t client)
{
    return model_programs[client].waits_for != NULL;
}

bool model_was_waiting(uint32_t client)
{
    return model_programs[client].was_waiting && !model_programs[client].is_dead;
}

void model_next(void)
{
    for (uint32_t i = 1; i <= MODEL_CLIENTS; i++)
        model_programs[i].was_waiting = model_programs[i].waits_for != NULL;
}

struct opened *model_opened(uint32_t client, uint32_t fd)
{
    return fd < MODEL_FDS ? model_programs[client].fds[fd] : NULL;
}

int32_t model_free_fd(uint32_t client, uint32_t fd)
{
    while (fd < MODEL_FDS && model_programs[client].fds[fd])
        fd++;
    return fd < MODEL_FDS ? (int32_t)fd : -EMFILE;
}

bool model_may_read(const struct opened *opened)
{
    return (opened->flags & O_ACCESS) != O_WRITE_ONLY;
}

bool model_may_write(const struct opened *opened)
{
    return (opened->flags & O_ACCESS) != O_READ_ONLY;
}

static struct opened *new_opened(uint32_t flags)
{
    struct opened *opened = model_opens;

    while (opened->holders)
        CHECK(++opened < model_opens + MODEL_OPENS);
    *opened = (struct opened){.flags = flags & (O_ACCESS | O_APPENDING | O_NONBLOCKING)};
    model_opened_is_new(opened);
    return opened;
}

void model_set_fd(uint32_t client, uint32_t fd, struct opened *opened, bool closes)
{
    model_programs[client].fds[fd] = opened;
    model_programs[client].closes[fd] = closes;
    opened->holders++;
}

/* ---------------------------------------------------------------------------------- pipes */

static void leave(struct queue *queue, uint32_t client)
{
    uint32_t at = 0;

    while (queue->clients[at] != client)
        at++;
    memmove(queue->clients + at, queue->clients + at + 1, (queue->count - at - 1) * sizeof queue->clients[0]);
    queue->count--;
    model_programs[client].waits_for = NULL;
}

static void join(struct queue *queue, uint32_t client, struct opened *opened, uint32_t bytes)
{
    queue->clients[queue->count++] = client;
    model_programs[client].waits_for = opened;
    model_reply(client, WAITS, 0);
    model_programs[client].expected.bytes = bytes;
}

static void take(struct pipe *pipe, uint32_t bytes)
{
    memmove(pipe->data, pipe->data + bytes, pipe->used - bytes);
    pipe->used -= bytes;
}

static void put(struct pipe *pipe, const char *data, uint32_t bytes)
{
    memcpy(pipe->data + pipe->used, data, bytes);
    pipe->used += bytes;
}

/* Replies to what no longer needs to wait: M2, M3. */
static void settle(struct pipe *pipe)
{
    while (pipe->writing.count) {
        uint32_t client = pipe->writing.clients[0], bytes = model_programs[client].expected.bytes;
        if (bytes > PIPE_RING_BYTES - pipe->used)
            break;
        leave(&pipe->writing, client);
        if (!model_programs[client].is_dead)
            put(pipe, model_programs[client].data, bytes);
        model_reply(client, 0, bytes);
    }
    while (pipe->reading.count && pipe->used) {
        uint32_t client = pipe->reading.clients[0], most = model_programs[client].expected.bytes,
                 got = most < pipe->used ? most : pipe->used;
        leave(&pipe->reading, client);
        if (!model_programs[client].is_dead) {
            reply_data(client, pipe->data, got);
            take(pipe, got);
        }
    }
}

static void end_waits(struct queue *queue, int32_t status)
{
    while (queue->count) {
        uint32_t client = queue->clients[0];
        leave(queue, client);
        model_reply(client, status, 0);
    }
}

static void drop(struct opened *opened)
{
    struct pipe *pipe = opened->pipe;

    if (--opened->holders || !pipe)
        return;
    if (model_may_write(opened) && --pipe->writers == 0)
        end_waits(&pipe->reading, 0);
    if (!model_may_write(opened) && --pipe->readers == 0)
        end_waits(&pipe->writing, -EPIPE);
}

/* ---------------------------------------------------------------------------------- clients */

void model_begin(void)
{
    memset(model_programs, 0, sizeof model_programs);
    memset(model_opens, 0, sizeof model_opens);
    memset(names, 0, sizeof names);
    model_file_is_new(&console);
    files_count = pipes_count = 0;
}

void model_begin_client(uint32_t client)
{
    struct opened *opened = new_opened(O_READ_WRITE);

    opened->locked = &console;
    model_programs[client] = (struct program){.lives = true};
    for (uint32_t fd = 0; fd < 3; fd++)
        model_set_fd(client, fd, opened, false);
}

void model_fork(uint32_t client, uint32_t child)
{
    model_programs[child] = (struct program){.lives = true};
    for (uint32_t fd = 0; fd < MODEL_FDS; fd++)
        if (model_programs[client].fds[fd])
            model_set_fd(child, fd, model_programs[client].fds[fd], model_programs[client].closes[fd]);
}

void model_close_fd(uint32_t client, uint32_t fd)
{
    struct opened *opened = model_programs[client].fds[fd];

    model_programs[client].fds[fd] = NULL;
    if (opened->locked)
        model_unlock(client, opened->locked);
    drop(opened);
}

void model_exec(uint32_t client)
{
    for (uint32_t fd = 0; fd < MODEL_FDS; fd++)
        if (model_programs[client].fds[fd] && model_programs[client].closes[fd])
            model_close_fd(client, fd);
}

void model_kill(uint32_t client)
{
    model_programs[client].is_dead = true;
}

static void stop_waiting(uint32_t client)
{
    struct opened *opened = model_programs[client].waits_for;

    if (!opened)
        return;
    if (opened->locked) {
        model_programs[client].waits_for = NULL;
        model_reply(client, -EINTR, 0);
        return;
    }
    leave(model_may_write(opened) ? &opened->pipe->writing : &opened->pipe->reading, client);
    model_reply(client, -EINTR, 0);
    settle(opened->pipe);
}

void model_release(uint32_t client)
{
    stop_waiting(client);
    for (uint32_t fd = 0; fd < MODEL_FDS; fd++)
        if (model_programs[client].fds[fd])
            model_close_fd(client, fd);
    model_programs[client].lives = false;
}

void model_interrupt(uint32_t client)
{
    stop_waiting(client);
}

/* ---------------------------------------------------------------------------------- files */

static int32_t status_to_open(uint32_t client, uint32_t name, uint32_t flags)
{
    if (model_free_fd(client, 0) < 0)
        return -EMFILE;
    if ((flags & O_ACCESS) == O_ACCESS)
        return -EINVAL;
    if (!names[name])
        return flags & O_CREATE_FILE ? 0 : -ENOENT;
    return flags & O_CREATE_FILE && flags & O_EXCLUSIVE ? -EEXIST : 0;
}

void model_open(uint32_t client, uint32_t name, uint32_t flags)
{
    int32_t status = status_to_open(client, name, flags), fd = model_free_fd(client, 0);

    model_reply(client, status, (uint32_t)fd);
    if (status)
        return;
    if (!names[name]) {
        CHECK(files_count < FILES);
        names[name] = &files[files_count++];
        names[name]->size = 0;
        model_file_is_new(names[name]);
    }
    struct opened *opened = new_opened(flags);
    opened->file = opened->locked = names[name];
    if (flags & O_TRUNCATE)
        opened->file->size = 0;
    model_set_fd(client, (uint32_t)fd, opened, flags & O_CLOSE_ON_EXEC);
}

void model_remove(uint32_t client, uint32_t name)
{
    model_reply(client, names[name] ? 0 : -ENOENT, (uint32_t)FILE_CWD); /* an error leaves the argument in the result */
    names[name] = NULL;
}

static void resize(struct file *file, uint32_t size)
{
    if (size > file->size)
        memset(file->data + file->size, 0, size - file->size);
    file->size = size;
}

void model_truncate(uint32_t client, uint32_t name, uint32_t size)
{
    model_reply(client, names[name] ? 0 : -ENOENT, (uint32_t)FILE_CWD);
    if (names[name])
        resize(names[name], size);
}

/* 0 if the open file may be read or written so, or an error. */
static int32_t check(const struct opened *opened, uint32_t bytes, bool writes)
{
    if (!opened || !(writes ? model_may_write(opened) : model_may_read(opened)))
        return -EBADF;
    return bytes > FILE_TRANSFER_MAX ? -EINVAL : 0;
}

static uint32_t read_file(uint32_t client, const struct file *file, uint32_t offset, uint32_t bytes)
{
    uint32_t left = offset < file->size ? file->size - offset : 0, got = bytes < left ? bytes : left;

    reply_data(client, file->data + (got ? offset : 0), got);
    return got;
}

/* The error of a call with this word `wait` that cannot be done at once, or 0: it waits. */
static int32_t refused_wait(const struct opened *opened, uint32_t wait)
{
    if (!wait || opened->flags & O_NONBLOCKING)
        return -EAGAIN;
    return wait & WAIT_INTERRUPTED ? -EINTR : 0;
}

static void read_pipe(uint32_t client, struct opened *opened, uint32_t bytes, uint32_t wait)
{
    struct pipe *pipe = opened->pipe;
    uint32_t got = bytes < pipe->used ? bytes : pipe->used;

    if (bytes && !pipe->used && pipe->writers) {
        if (refused_wait(opened, wait))
            model_reply(client, refused_wait(opened, wait), 0);
        else
            join(&pipe->reading, client, opened, bytes);
        return;
    }
    reply_data(client, pipe->data, got);
    take(pipe, got);
    settle(pipe);
}

void model_read(uint32_t client, uint32_t fd, uint32_t bytes, uint32_t wait)
{
    struct opened *opened = model_opened(client, fd);
    int32_t status = check(opened, bytes, false);

    model_programs[client].expected.bytes = bytes;
    if (status)
        model_reply(client, status, 0);
    else if (opened->pipe)
        read_pipe(client, opened, bytes, wait);
    else if (opened->file)
        opened->offset += read_file(client, opened->file, opened->offset, bytes);
    else
        model_reply(client, FILE_CONSOLE, 0);
}

void model_read_at(uint32_t client, uint32_t fd, uint32_t bytes, uint32_t offset)
{
    struct opened *opened = model_opened(client, fd);
    int32_t status = opened && opened->pipe ? -ESPIPE : check(opened, bytes, false);

    model_programs[client].expected.bytes = bytes;
    if (status)
        model_reply(client, status, 0);
    else if (opened->file)
        (void)read_file(client, opened->file, offset, bytes);
    else
        model_reply(client, FILE_CONSOLE, 0);
}

static void write_file(uint32_t client, struct file *file, const char *data, uint32_t bytes, uint32_t offset)
{
    CHECK(offset + bytes <= FILE_MOST);
    if (bytes && offset + bytes > file->size)
        resize(file, offset + bytes);
    memcpy(file->data + offset, data, bytes);
    model_reply(client, 0, bytes);
}

static void write_pipe(uint32_t client, struct opened *opened, const char *data, uint32_t bytes, uint32_t wait)
{
    struct pipe *pipe = opened->pipe;

    if (!pipe->readers || !bytes) {
        model_reply(client, bytes ? -EPIPE : 0, 0);
    } else if (PIPE_RING_BYTES - pipe->used >= bytes && !pipe->writing.count) {
        put(pipe, data, bytes);
        model_reply(client, 0, bytes);
        settle(pipe);
    } else if (refused_wait(opened, wait)) {
        model_reply(client, refused_wait(opened, wait), 0);
    } else {
        memcpy(model_programs[client].data, data, bytes);
        join(&pipe->writing, client, opened, bytes);
    }
}

void model_write(uint32_t client, uint32_t fd, const char *data, uint32_t bytes, uint32_t interrupted)
{
    struct opened *opened = model_opened(client, fd);
    int32_t status = check(opened, bytes, true);

    if (status) {
        model_reply(client, status, 0);
    } else if (opened->pipe) {
        write_pipe(client, opened, data, bytes, WAIT_ALLOWED | interrupted);
    } else if (opened->file) {
        uint32_t offset = opened->flags & O_APPENDING ? opened->file->size : opened->offset;
        write_file(client, opened->file, data, bytes, offset);
        if (bytes)
            opened->offset = offset + bytes;
    } else {
        model_reply(client, FILE_CONSOLE, 0);
    }
}

void model_write_at(uint32_t client, uint32_t fd, const char *data, uint32_t bytes, uint32_t offset)
{
    struct opened *opened = model_opened(client, fd);
    int32_t status = opened && opened->pipe ? -ESPIPE : check(opened, bytes, true);

    if (status)
        model_reply(client, status, 0);
    else if (opened->file)
        write_file(client, opened->file, data, bytes, offset);
    else
        model_reply(client, FILE_CONSOLE, 0);
}

void model_seek(uint32_t client, uint32_t fd, int32_t offset, uint32_t whence)
{
    struct opened *opened = model_opened(client, fd);

    if (!opened || !opened->file || whence > 2) {
        model_reply(client, !opened ? -EBADF : whence > 2 ? -EINVAL : -ESPIPE, 0);
        return;
    }
    offset += (int32_t)(whence == 0 ? 0 : whence == 1 ? opened->offset : opened->file->size);
    model_reply(client, offset < 0 ? -EINVAL : 0, (uint32_t)offset);
    if (offset >= 0)
        opened->offset = (uint32_t)offset;
}

void model_pipe(uint32_t client, uint32_t flags)
{
    int32_t reads = model_free_fd(client, 0), writes = reads < 0 ? reads : model_free_fd(client, (uint32_t)reads + 1);

    model_reply(client, writes < 0 ? writes : 0, (uint32_t)reads);
    if (writes < 0)
        return;
    CHECK(pipes_count < FILES);
    struct pipe *pipe = &pipes[pipes_count++];
    *pipe = (struct pipe){.readers = 1, .writers = 1};
    struct opened *reader = new_opened(O_READ_ONLY | flags);
    reader->pipe = pipe;
    model_set_fd(client, (uint32_t)reads, reader, false);
    struct opened *writer = new_opened(O_WRITE_ONLY | flags);
    writer->pipe = pipe;
    model_set_fd(client, (uint32_t)writes, writer, false);
}
