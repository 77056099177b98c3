/* Reading and writing open files. */
#include "servers/file/calls.h"

#include <string.h>

#include "servers/file/device.h"
#include "servers/file/inode.h"
#include "servers/file/pipe.h"

/* What a message transfers: where the client's bytes are, and how many it has or wants. */
struct transfer {
    struct open_file *file;
    char *at;
    uint32_t bytes;
};

/* Returns 0 if the open file may be read or written in this way, or an error. */
static int32_t check(const struct client *client, const struct words *words, bool writes, struct transfer *what)
{
    uint32_t bytes = what->bytes = words->w[2];
    struct open_file *file = what->file = client_file(client, words->w[1]);

    if (!file || !(writes ? open_file_writes(file) : open_file_reads(file)))
        return -EBADF;
    if (writes && bytes <= FILE_DATA_MAX && bytes > ipc_data_bytes())
        return -EINVAL; /* the message has fewer bytes; those behind them are of other clients */
    what->at = client_bytes(client, bytes);
    return what->at ? 0 : -EINVAL;
}

/* --------------------------------------------------------------------------------------- devices */

/* Reads from a device, or tells the client to ask console. */
static int32_t read_device(const struct inode *inode, const struct transfer *what, struct words *words)
{
    words->w[1] = 0;
    switch (inode->device) {
    case DEVICE_NULL:
        return 0;
    case DEVICE_ZERO:
    case DEVICE_FULL:
        memset(what->at, 0, what->bytes);
        words->w[1] = what->bytes;
        return client_bytes_result(what->bytes, what->bytes);
    default:
        return FILE_CONSOLE;
    }
}

static int32_t write_device(const struct inode *inode, uint32_t bytes, struct words *words)
{
    words->w[1] = bytes;
    if (inode->device == DEVICE_FULL)
        return -ENOSPC;
    return inode_is_console(inode) ? FILE_CONSOLE : 0;
}

/* ----------------------------------------------------------------------------------------- files */

static int32_t read_file(const struct transfer *what, uint32_t offset, struct words *words)
{
    int32_t got = inode_read(what->file->inode, offset, what->at, what->bytes);

    if (got < 0)
        return got;
    words->w[1] = (uint32_t)got;
    return client_bytes_result(what->bytes, (uint32_t)got);
}

#define OUT_OF_LINE static __attribute__((noinline))

/* Reads from a pipe, or from an inode that cannot be read as a file. */
OUT_OF_LINE int32_t read_other(struct client *client, struct transfer what, int32_t error, struct words *words)
{
    struct open_file *file = what.file;

    if (file->pipe)
        return pipe_read(client, file, what.bytes, words->w[3], words);
    if (file->inode->kind == INODE_DEVICE)
        return read_device(file->inode, &what, words);
    if (file->flags & O_RAW && file->inode->kind == INODE_DIRECTORY)
        return entries_read_raw(client, file, what.bytes, words);
    return error;
}

int32_t call_read(struct client *client, struct words *words)
{
    struct transfer what;
    int32_t error = check(client, words, false, &what);
    struct open_file *file = what.file;

    if (error)
        return error;
    if (!file->inode)
        return read_other(client, what, 0, words);
    error = read_file(&what, file->offset, words);
    if (error < 0)
        return read_other(client, what, error, words);
    file->offset += words->w[1];
    return error;
}

OUT_OF_LINE int32_t write_other(struct client *client, struct transfer what, int32_t error, struct words *words)
{
    struct open_file *file = what.file;

    if (file->pipe)
        return pipe_write(client, file, what.bytes, words->w[3] | WAIT_ALLOWED, words);
    return file->inode->kind == INODE_DEVICE ? write_device(file->inode, what.bytes, words) : error;
}

/* A write of nothing has no effect. */
static inline int32_t write_from(struct client *client, struct transfer what, uint32_t offset, struct words *words)
{
    int32_t written = inode_write(what.file->inode, offset, what.at, what.bytes);

    words->w[1] = (uint32_t)written;
    if (written <= 0)
        return written ? write_other(client, what, written, words) : 0;
    what.file->offset = offset + (uint32_t)written;
    return 0;
}

OUT_OF_LINE int32_t append(struct client *client, struct transfer what, struct words *words)
{
    return write_from(client, what, what.file->inode->size, words);
}

int32_t call_write(struct client *client, struct words *words)
{
    struct transfer what;
    int32_t error = check(client, words, true, &what);

    if (error)
        return error;
    if (!what.file->inode)
        return write_other(client, what, 0, words);
    if (what.file->flags & O_APPENDING)
        return append(client, what, words);
    return write_from(client, what, what.file->offset, words);
}

/* Checks a transfer at an offset that the message gives. */
static int32_t check_at(const struct client *client, const struct words *words, bool writes, struct transfer *what)
{
    const struct open_file *file = client_file(client, words->w[1]);

    if (words->w[3] > INT32_MAX)
        return -EINVAL;
    return file && file->pipe ? -ESPIPE : check(client, words, writes, what);
}

int32_t call_read_at(struct client *client, struct words *words)
{
    struct transfer what;
    int32_t error = check_at(client, words, false, &what);

    if (error)
        return error;
    if (what.file->inode->kind == INODE_DEVICE)
        return read_device(what.file->inode, &what, words);
    return read_file(&what, words->w[3], words);
}

int32_t call_write_at(struct client *client, struct words *words)
{
    struct transfer what;
    int32_t error = check_at(client, words, true, &what);

    if (error)
        return error;
    if (what.file->inode->kind == INODE_DEVICE)
        return write_device(what.file->inode, what.bytes, words);
    int32_t written = inode_write(what.file->inode, words->w[3], what.at, what.bytes);
    words->w[1] = (uint32_t)written;
    return written < 0 ? written : 0;
}

int32_t call_seek(struct client *client, struct words *words)
{
    enum { FROM_START, FROM_OFFSET, FROM_END };
    struct open_file *file = client_file(client, words->w[1]);
    int64_t offset = (int32_t)words->w[2];
    uint32_t whence = words->w[3];

    if (!file)
        return -EBADF;
    if (whence > FROM_END)
        return -EINVAL;
    if (file->pipe || (file->inode->kind == INODE_DEVICE && file->inode->device >= DEVICE_TERMINAL))
        return -ESPIPE;
    if (whence != FROM_START)
        offset += whence == FROM_END ? file->inode->size : file->offset;
    if (offset < 0 || offset > INT32_MAX)
        return -EINVAL;
    words->w[1] = file->offset = (uint32_t)offset;
    return 0;
}

int32_t call_truncate(struct client *client, struct words *words)
{
    const struct open_file *file = client_file(client, words->w[1]);
    struct inode *inode;
    const char *path;
    int32_t error = name_take(client, &path);

    if (!error)
        error = name_find(client, words->w[1], path, FILE_EMPTY_PATH, &inode);
    if (error)
        return error;
    if (!*path && file && !open_file_writes(file))
        return -EINVAL;
    if (inode->kind != INODE_FILE)
        return inode->kind == INODE_DIRECTORY ? -EISDIR : -EINVAL;
    return inode_truncate(inode, words->w[2]);
}
