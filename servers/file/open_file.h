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
    struct lock *lock; /* on the whole file: locks.h; 0: none */
    uint32_t locks;    /* the number of its locks, including that one */
    uint32_t holders;
    uint32_t flags; /* Linux's: access mode, O_APPEND, O_NONBLOCK; O_RAW */
    uint32_t offset;
};

/* Begins without open files. */
void open_files_init(void);

/* Makes an open file without holders; 0: the share has no memory for it. It takes over the caller's hold on the
 * inode. */
struct open_file *open_file_make(struct share *share, uint32_t flags);

/* Removes a holder; the last one closes it. Also for an open file that never had a holder. */
void open_file_drop(struct open_file *file);

bool open_file_reads(const struct open_file *file);
bool open_file_writes(const struct open_file *file);
