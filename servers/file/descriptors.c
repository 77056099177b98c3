/* The calls about descriptors. */
#include "servers/file/calls.h"

#include <stddef.h>

#include "servers/file/pages.h"
#include "servers/file/inode.h"
#include "servers/file/pipe.h"
#include "servers/file/watch.h"

int32_t call_close(struct client *client, struct words *words)
{
    if (!client_file(client, words->w[1]))
        return -EBADF;
    client_close(client, words->w[1]);
    return client_lost(client);
}

int32_t call_settle(struct client *client, struct words *words)
{
    (void)words;
    pages_work = 0;
    return client_settle(client);
}

/* Closes `to` first, if it is open; if it is `fd` itself, nothing changes. */
static int32_t duplicate_exactly(struct client *client, uint32_t fd, uint32_t to, bool close_on_exec)
{
    struct open_file *file = client->files[fd];

    if (to >= client->limit)
        return -EBADF;
    if (to == fd)
        return (int32_t)to;
    file->holders++; /* closing `to` must not drop the file */
    if (client->files[to])
        client_close(client, to);
    client_set(client, to, file, close_on_exec);
    file->holders--;
    return (int32_t)to;
}

int32_t call_duplicate(struct client *client, struct words *words)
{
    uint32_t fd = words->w[1], flags = words->w[3];
    struct open_file *file = client_file(client, fd);
    int32_t to;

    if (!file)
        return -EBADF;
    if (flags & FILE_EXACTLY) {
        to = duplicate_exactly(client, fd, words->w[2], flags & O_CLOSE_ON_EXEC);
    } else if (words->w[2] >= client->limit) {
        to = -EINVAL;
    } else {
        to = client_free(client, words->w[2]);
        if (to >= 0)
            client_set(client, (uint32_t)to, file, flags & O_CLOSE_ON_EXEC);
    }
    words->w[1] = (uint32_t)to;
    return to < 0 ? to : client_lost(client);
}

int32_t call_control(struct client *client, struct words *words)
{
    const uint32_t can_change = O_APPENDING | O_NONBLOCKING;
    uint32_t fd = words->w[1], value = words->w[3];
    struct open_file *file = client_file(client, fd);

    if (!file)
        return -EBADF;
    words->w[1] = 0;
    switch (words->w[2]) {
    case FILE_GET_FD:
        words->w[1] = client_closes_on_exec(client, fd);
        return 0;
    case FILE_SET_FD:
        client_set_close_on_exec(client, fd, value & 1);
        return 0;
    case FILE_GET_FLAGS:
        words->w[1] = file->flags & ~(uint32_t)O_RAW;
        return 0;
    case FILE_SET_FLAGS:
        file->flags = (file->flags & ~can_change) | (value & can_change);
        return 0;
    default:
        return -EINVAL;
    }
}

/* Makes two open files, without descriptors. */
static int make_ends(struct share *share, struct open_file *ends[2], uint32_t flags)
{
    struct pipe *pipe = pipe_make(share);

    ends[0] = pipe ? open_file_make(share, flags | O_READ_ONLY) : NULL;
    ends[1] = pipe ? open_file_make(share, flags | O_WRITE_ONLY) : NULL;
    if (ends[0] && ends[1]) {
        ends[0]->pipe = ends[1]->pipe = pipe;
        return 0;
    }
    for (int i = 0; i < 2; i++)
        if (ends[i])
            open_file_drop(ends[i]);
    if (pipe) {
        pipe_close(pipe, false);
        pipe_close(pipe, true);
    }
    return -ENFILE;
}

int32_t call_pipe(struct client *client, struct words *words)
{
    uint32_t flags = words->w[1];
    int32_t reads = client_free(client, 0), writes = reads < 0 ? reads : client_free(client, (uint32_t)reads + 1);
    struct open_file *ends[2];

    if (flags & ~(uint32_t)(O_CLOSE_ON_EXEC | O_NONBLOCKING))
        return -EINVAL;
    if (writes < 0)
        return writes;
    int error = make_ends(client->share, ends, flags & O_NONBLOCKING);
    if (error)
        return error;
    client_set(client, (uint32_t)reads, ends[0], flags & O_CLOSE_ON_EXEC);
    client_set(client, (uint32_t)writes, ends[1], flags & O_CLOSE_ON_EXEC);
    words->w[1] = (uint32_t)reads;
    words->w[2] = (uint32_t)writes;
    return 0;
}

int32_t call_get_limit(struct client *client, struct words *words)
{
    words->w[1] = client->limit;
    words->w[2] = client_count(client);
    return 0;
}

int32_t call_set_limit(struct client *client, struct words *words)
{
    if (words->w[1] > client->limit)
        return words->w[1] > FILE_DESCRIPTORS_MAX ? -EINVAL : -EPERM;
    client->limit = words->w[1];
    return 0;
}

int32_t call_space(struct client *client, struct words *words)
{
    (void)client;
    words->w[1] = pages_count();
    words->w[2] = pages_free();
    return 0;
}

/* ------------------------------------------------------------------------------------------ poll */

/* Returns the events that a descriptor has ready, of `events`. Files are always ready. */
static uint32_t poll_one(const struct open_file *file, uint32_t events)
{
    uint32_t always = FILE_POLL_ERROR | FILE_POLL_HANG_UP;

    if (!file)
        return FILE_POLL_INVALID;
    if (file->pipe)
        return pipe_poll(file) & (events | always);
    return inode_is_console(file->inode) ? FILE_POLL_CONSOLE : (FILE_POLL_IN | FILE_POLL_OUT) & events;
}

/* Reads each word once, because the client can change it. Returns how many descriptors are ready, or an error.
 * Earlier watches of the client are dropped. */
static int32_t poll_all(struct client *client, volatile uint32_t *words, uint32_t count, bool watch)
{
    int32_t ready = 0;

    watches_drop(client);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t word = words[i], events = word >> FILE_POLL_SHIFT;
        const struct open_file *file = client_file(client, word & ((1u << FILE_POLL_SHIFT) - 1));
        uint32_t result = poll_one(file, events);
        if (!result && !ready && watch && file->pipe) {
            if (!pipe_watch(client, file))
                return -ENOMEM;
            result = poll_one(file, events);
        }
        ready += result && result != FILE_POLL_CONSOLE;
        words[i] = result;
    }
    return ready;
}

int32_t call_poll(struct client *client, struct words *words)
{
    uint32_t count = words->w[1], bytes = count * sizeof(uint32_t);
    char *data = count <= FILE_DESCRIPTORS_MAX ? client_bytes(client, bytes) : NULL;

    if (!data || (bytes <= FILE_DATA_MAX && bytes > ipc_data_bytes()))
        return -EINVAL; /* the message may have fewer bytes; those behind them are of other clients */
    int32_t ready = poll_all(client, (volatile uint32_t *)data, count, words->w[2]);
    if (ready)
        watches_drop(client);
    words->w[1] = (uint32_t)ready;
    return ready < 0 ? ready : client_bytes_result(bytes, bytes);
}
