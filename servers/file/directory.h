/*
 * Directories: names of inodes (entry.h). "." and ".." are found, but not stored: positions 0 and 1. A directory that
 * was removed while somebody holds it still has ".", and ".." while its former parent is there.
 *
 *   D2  `links` of an inode counts its entries; the root has one more, without an entry
 *   D3  a directory has one entry, `name`, in `parent`; all but the removed ones lead up to the root
 *   D4  `entries` and `subdirectories` of a directory count its entries, and those of directories
 *
 * Names are of 1 to FILE_NAME_MAX bytes, any but '/' and 0. A refused call changes nothing. All that take a
 * name may return -ENOTDIR (`directory` is none), -ENOENT (the name is empty) and -ENAMETOOLONG.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "servers/file/inode.h"

enum {
    FILE_NAME_MAX = 255,
    DEPTH_MAX = 1024, /* the greatest depth below the root to which a directory can be moved: no path is that long */
    POSITION_FIRST = 2,
};

extern struct inode *directory_root;

/* Makes the root in new pages. `secret` makes it hard to choose names that fall into one bucket. False: no memory. */
bool directory_init(uint32_t secret);

/* The inode, not held: -ENOENT. */
int directory_lookup(struct inode *directory, const char *name, uint32_t length, struct inode **inode);

/* Adds a name: -EEXIST, -ENOSPC, -EMLINK (LINKS_MAX), -ENOENT (the directory was removed), -EINVAL (a byte of the
 * name), -EPERM (the inode is a directory). */
int directory_add(struct inode *directory, const char *name, uint32_t length, struct inode *inode);

/* Makes an inode with that name, not held: errors as for directory_add(). */
int directory_create(struct inode *directory, const char *name, uint32_t length,
                     const struct inode_attributes *attributes, struct inode **inode);

enum directory_remove {
    REMOVE_FILE,      /* unlink: -EISDIR */
    REMOVE_DIRECTORY, /* rmdir: -ENOTDIR */
    REMOVE_ANY,       /* xv6's unlink */
};

/* -ENOENT, -ENOTEMPTY (also for ".."), -EINVAL (for "."), -EBUSY (for the root's "."). */
int directory_remove(struct inode *directory, const char *name, uint32_t length, enum directory_remove what);

/* The end of a path: a name in a directory, whether or not the entry exists. */
struct directory_name {
    struct inode *directory;
    const char *name;
    uint32_t length;
    bool must_be_directory; /* a '/' follows */
};

/* POSIX's rename: replaces an existing file or empty directory of the new name at once. -ENOENT, -EBUSY ("." or ".."),
 * -EINVAL (into itself, or a byte of the name), -ENOTDIR, -EISDIR, -ENOTEMPTY, -ENOSPC, -EMLINK, -ENAMETOOLONG (also
 * DEPTH_MAX). */
int directory_rename(const struct directory_name *from, const struct directory_name *to);

struct directory_entry {
    uint32_t number; /* of the inode */
    enum inode_kind kind;
    const char *name; /* valid until the directory changes; `length` bytes, without a 0 */
    uint32_t length, position;
};

/* The first entry at *position or after it; *position then moves behind it. False: there is none, or the directory was
 * removed. Entries keep their positions; a new one gets the lowest free position. */
bool directory_next(const struct inode *directory, uint32_t *position, struct directory_entry *entry);

/* Its parent; the root is its own parent. Null: it was removed, and so was its parent. */
struct inode *directory_parent(const struct inode *directory);

/* The name of a directory that is not the root and not removed. */
const char *directory_own_name(const struct inode *directory, uint32_t *length);

/* Panics unless D1 of entry.h, D2..D4 and I5 of inode.h hold; returns the pages of entries. */
uint32_t directory_audit(void);
