/* Reading and writing what is open. */
#include "servers/file/calls.h"

#include <string.h>

#include "servers/file/device.h"
#include "servers/file/inode.h"
#include "servers/file/pipe.h"

/* An open file that may be used so, for so many bytes; or an error. */
static int32_t check(const struct client *client, uint32_t fd, uint32_t bytes, bool writes, struct open_file **file)
{
    *file = client_file(client, fd);
    if (!*file || !(writes ? open_file_writes(*file) : open_file_reads(*file)))
        return -EBADF;
    if (writes && bytes <= FILE_DATA_MAX && bytes > (message_page->tag & TAG_WORDS) * sizeof(uint32_t))
        return -EINVAL; /* the message has less: behind that is what others have sent */
    return client_bytes(client, bytes) ? 0 : -EINVAL;
}

/* --------------------------------------------------------------------------------------- devices */

/* What is read from a device, or where the client is to ask. */
static int32_t read_device(const struct inode *inode, struct client *client, uint32_t bytes, struct words *words)
{
    words->w[1] = 0;
    switch (inode->device) {
    case DEVICE_NULL:
        return 0;
    case DEVICE_ZERO:
    case DEVICE_FULL:
        memset(client_bytes(client, bytes), 0, bytes);
        words->w[1] = bytes;
        return client_bytes_answer(bytes, bytes);
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

static int32_t read_file(struct inode *inode, struct client *client, uint32_t bytes, uint32_t offset,
                         struct words *words)
{
    if (inode->kind == INODE_DIRECTORY)
        return -EISDIR;
    int32_t got = inode_read(inode, offset, client_bytes(client, bytes), bytes);
    if (got < 0)
        return got;
    words->w[1] = (uint32_t)got;
    return client_bytes_answer(bytes, words->w[1]);
}

static int32_t write_file(struct inode *inode, const struct client *client, uint32_t bytes, uint32_t offset,
                          struct words *words)
{
    int32_t written = inode_write(inode, offset, client_bytes(client, bytes), bytes);

    words->w[1] = written < 0 ? 0 : (uint32_t)written;
    return written < 0 ? written : 0;
}

int32_t call_read(struct client *client, struct words *words)
{
    uint32_t bytes = words->w[2];
    struct open_file *file;
    int32_t error = check(client, words->w[1], bytes, false, &file);

    if (error)
        return error;
    if (file->pipe)
        return pipe_read(client, file, bytes, words->w[3], words);
    if (file->inode->kind == INODE_DEVICE)
        return read_device(file->inode, client, bytes, words);
    if (file->flags & O_RAW && file->inode->kind == INODE_DIRECTORY)
        return entries_read_raw(client, file, bytes, words);
    error = read_file(file->inode, client, bytes, file->offset, words);
    if (error >= 0)
        file->offset += words->w[1];
    return error;
}

int32_t call_write(struct client *client, struct words *words)
{
    uint32_t bytes = words->w[2];
    struct open_file *file;
    int32_t error = check(client, words->w[1], bytes, true, &file);

    if (error)
        return error;
    if (file->pipe)
        return pipe_write(client, file, bytes, words);
    if (file->inode->kind == INODE_DEVICE)
        return write_device(file->inode, bytes, words);
    uint32_t offset = file->flags & O_APPENDING ? file->inode->size : file->offset;
    error = write_file(file->inode, client, bytes, offset, words);
    if (!error && words->w[1]) /* a write of nothing has no effect */
        file->offset = offset + words->w[1];
    return error;
}

/* A file's bytes elsewhere than at its offset. */
static int32_t check_at(struct client *client, const struct words *words, bool writes, struct open_file **file)
{
    int32_t error = check(client, words->w[1], words->w[2], writes, file);

    if (error)
        return error;
    if ((*file)->pipe)
        return -ESPIPE;
    return words->w[3] > INT32_MAX ? -EINVAL : 0;
}

int32_t call_read_at(struct client *client, struct words *words)
{
    struct open_file *file;
    int32_t error = check_at(client, words, false, &file);

    if (error)
        return error;
    if (file->inode->kind == INODE_DEVICE)
        return read_device(file->inode, client, words->w[2], words);
    return read_file(file->inode, client, words->w[2], words->w[3], words);
}

int32_t call_write_at(struct client *client, struct words *words)
{
    struct open_file *file;
    int32_t error = check_at(client, words, true, &file);

    if (error)
        return error;
    if (file->inode->kind == INODE_DEVICE)
        return write_device(file->inode, words->w[2], words);
    return write_file(file->inode, client, words->w[2], words->w[3], words);
}

int32_t call_seek(struct client *client, struct words *words)
{
    enum { FROM_START, FROM_OFFSET, FROM_END };
    struct open_file *file = client_file(client, words->w[1]);
    int64_t offset = (int32_t)words->w[2];
    uint32_t whence = words->w[3];

    if (!file)
        return -EBADF;
    if (file->pipe || (file->inode->kind == INODE_DEVICE && file->inode->device >= DEVICE_TERMINAL))
        return -ESPIPE;
    if (whence > FROM_END)
        return -EINVAL;
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
    if (inode->kind != INODE_FILE)
        return inode->kind == INODE_DIRECTORY ? -EISDIR : -EINVAL;
    if (!*path && !open_file_writes(file))
        return -EINVAL;
    return inode_truncate(inode, words->w[2]);
}
