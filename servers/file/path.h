/* Paths: names with '/' between them, from a directory or, with a '/' at the beginning, from the root. */
#pragma once

#include <stdint.h>

#include "servers/file/directory.h"

enum { FILE_PATH_MAX = 1023 }; /* bytes, without the 0 at the end */

static inline struct inode *path_root(void)
{
    return directory_root;
}

/* The inode, not held. -ENOENT (also of an empty path), -ENOTDIR (also of what is no directory, but has a '/' behind
 * its name), -ENAMETOOLONG (of the path, or of a name). */
int path_find(struct inode *from, const char *path, struct inode **inode);

/* The directory, not held, and the last name, which need not be there; of paths that are all '/' it is "." in the root.
 * Errors as of path_find(), but for that name's own. */
int path_parent(struct inode *from, const char *path, struct directory_name *name);

/* The path of a directory, from the root, with a 0 behind it: how many bytes that is without the 0. -ENOTDIR, -ENOENT
 * (it was removed), -ERANGE (with the 0 it is more than `bytes`); `to` may have changed then. */
int path_of(const struct inode *directory, char *to, uint32_t bytes);
