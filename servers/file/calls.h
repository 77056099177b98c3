/*
 * The calls of file.proto, by subject. Each gets the client and the message's words, and returns the result of a
 * handler (server.h).
 */
#pragma once

#include "servers/file/client.h"
#include "servers/proto/file.h"

#define FILE_CALL_DECLARED(number, name) int32_t call_##name(struct client *client, struct words *words);
FILE_CALLS_FROM_CLIENTS(FILE_CALL_DECLARED)

/* The path or the two paths of a message, valid until the next message: 0, or an error. */
int name_take(const struct client *client, const char **path);
int name_take_two(const struct client *client, const char **path, const char **other);

/* The inode of a path, which begins at a descriptor's directory or at FILE_CWD; with FILE_EMPTY_PATH in the flags an
 * empty path is the descriptor's own inode. The inode is not held for the caller. */
int name_find(const struct client *client, uint32_t directory, const char *path, uint32_t flags, struct inode **found);

/* The same of the message's only path. */
static inline int name_take_found(const struct client *client, uint32_t directory, uint32_t flags, struct inode **found)
{
    const char *path;
    int error = name_take(client, &path);

    return error ? error : name_find(client, directory, path, flags, found);
}

/* Reads a directory in xv6's format. */
int32_t entries_read_raw(struct client *client, struct open_file *file, uint32_t bytes, struct words *words);
