/* Paths: names with '/' between them, from a directory or, with a '/' at the beginning, from the root. */
#pragma once

#include <stdint.h>

#include "servers/file/directory.h"

enum { FILE_PATH_MAX = 1023 }; /* bytes, without the 0 at the end */

static inline struct inode *path_root(void)
{
    return directory_root;
}

/* Finds the inode, not held. -ENOENT (also for an empty path), -ENOTDIR (also for a file whose name is followed by
 * '/'), -ENAMETOOLONG (the path, or a name). */
int path_find(struct inode *from, const char *path, struct inode **inode);

/* Finds the directory, not held, and the last name, which need not exist; for a path of only '/' the name is "." in the
 * root. Errors as for path_find(), except those of the last name. */
int path_parent(struct inode *from, const char *path, struct directory_name *name);

/* The path of a directory, from the root, with a 0 at the end; returns its length without the 0. -ENOTDIR, -ENOENT (it
 * was removed), -ERANGE (with the 0 it is more than `bytes`); `to` may have changed then. */
int path_of(const struct inode *directory, char *to, uint32_t bytes);
