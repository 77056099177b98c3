/*
 * Open files: a descriptor refers to one, shared with descriptors that were duplicated or inherited over fork.
 *
 *   O1  `holders` counts its descriptors; with the last it is closed
 *   O2  it has an inode, which it holds, or is an end of a pipe (pipe.h), never both
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct inode;
struct lock;
struct pipe;
struct share;

struct open_file {
    struct inode *inode;
    struct pipe *pipe;
    struct lock *lock; /* of all of the file: locks.h; 0: it has none */
    uint32_t locks;    /* that it has, with that one */
    uint32_t holders;
    uint32_t flags; /* Linux's: how it is accessed, O_APPEND, O_NONBLOCK; O_RAW */
    uint32_t offset;
};

/* There are none. */
void open_files_init(void);

/* With no holder yet; 0: the share has no memory for it. It takes the hold that the caller has on the inode. */
struct open_file *open_file_make(struct share *share, uint32_t flags);

/* One holder less; the last closes it. One that never had a holder is dropped the same way. */
void open_file_drop(struct open_file *file);

bool open_file_reads(const struct open_file *file);
bool open_file_writes(const struct open_file *file);
