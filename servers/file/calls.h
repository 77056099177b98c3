/*
 * The calls of file.proto, by what they are about. Each gets the client and the message's words, and returns what
 * server.h asks of a handler.
 */
#pragma once

#include "servers/file/client.h"

#define FILE_CLIENT_CALLS(X)                                                                                           \
    X(FILE_OPEN, open)                                                                                                 \
    X(FILE_CLOSE, close)                                                                                               \
    X(FILE_READ, read)                                                                                                 \
    X(FILE_WRITE, write)                                                                                               \
    X(FILE_SEEK, seek)                                                                                                 \
    X(FILE_READ_AT, read_at)                                                                                           \
    X(FILE_WRITE_AT, write_at)                                                                                         \
    X(FILE_STATUS, status)                                                                                             \
    X(FILE_DUPLICATE, duplicate)                                                                                       \
    X(FILE_CONTROL, control)                                                                                           \
    X(FILE_PIPE, pipe)                                                                                                 \
    X(FILE_MAKE, make)                                                                                                 \
    X(FILE_LINK, link)                                                                                                 \
    X(FILE_REMOVE, remove)                                                                                             \
    X(FILE_RENAME, rename)                                                                                             \
    X(FILE_CHANGE_DIRECTORY, change_directory)                                                                         \
    X(FILE_WORKING_DIRECTORY, working_directory)                                                                       \
    X(FILE_ENTRIES, entries)                                                                                           \
    X(FILE_TRUNCATE, truncate)                                                                                         \
    X(FILE_CHANGE, change)                                                                                             \
    X(FILE_TRANSFER_PAGE, transfer_page)                                                                               \
    X(FILE_SPACE, space)                                                                                               \
    X(FILE_GET_LIMIT, get_limit)                                                                                       \
    X(FILE_SET_LIMIT, set_limit)                                                                                       \
    X(FILE_MAP, map)                                                                                                   \
    X(FILE_UNMAP, unmap)                                                                                               \
    X(FILE_UNNAMED, unnamed)                                                                                           \
    X(FILE_PIPE_ATTACH, pipe_attach)                                                                                   \
    X(FILE_PIPE_WAIT, pipe_wait)                                                                                       \
    X(FILE_PIPE_WAKE, pipe_wake)                                                                                       \
    X(FILE_MAP_AGAIN, map_again)                                                                                       \
    X(FILE_MAPPING, mapping)                                                                                           \
    X(FILE_POLL, poll)                                                                                                 \
    X(FILE_LOCK, lock)                                                                                                 \
    X(FILE_LOCK_FILE, lock_file)                                                                                       \
    X(FILE_SETTLE, settle)                                                                                             \
    X(FILE_UMASK, umask)

#define FILE_CALL_DECLARED(number, name) int32_t call_##name(struct client *client, struct words *words);
FILE_CLIENT_CALLS(FILE_CALL_DECLARED)

/* The path of a message, or both, until the next message: 0, or an error. */
int name_take(const struct client *client, const char **path);
int name_take_two(const struct client *client, const char **path, const char **other);

/* What a path stands for, from a descriptor's directory on or FILE_CWD; with FILE_EMPTY_PATH in the flags an empty one
 * for the descriptor's own. The caller gets no hold. */
int name_find(const struct client *client, uint32_t directory, const char *path, uint32_t flags, struct inode **found);

/* A read of a directory as xv6's programs do it. */
int32_t entries_read_raw(struct client *client, struct open_file *file, uint32_t bytes, struct words *words);
