/*
 * Named shared segments of any size: docs/shm.md. POSIX's shm_unlink is another function, with another name for the
 * linker; a source file includes this header or <sys/mman.h>.
 */
#pragma once

#include <stddef.h>

#include "servers/proto/shm_format.h"

/* Attaches the segment of that name (1 to 63 bytes) and sets *pointer to where it is, which is the same in every
 * process; with SHM_CREATE it is made, zeroed, if there is none. `bytes` is the size of a new one, rounded up to pages,
 * or the least that one must have; 0: any. Attached again it is at the same address and must be detached once more.
 * fork hands it on, exec drops it. 0, or -1 with EFAULT, EINVAL, ENAMETOOLONG, ENOENT, EEXIST, EACCES, ENOMEM, EMFILE,
 * ENFILE; then *pointer is untouched. */
int shm_attach(const char *name, size_t bytes, int flags, void **pointer);

/* Undoes one attach of the segment that begins there; after the last it must not be touched. 0, or -1 with EINVAL. */
int shm_detach(const void *pointer);

/* Takes the name away: a segment that is attached lives on until the last one has detached it. 0, or -1 with EFAULT,
 * EINVAL, ENAMETOOLONG, ENOENT, EACCES. */
int shm_unlink(const char *name) __asm__("tally_shm_unlink");

/* What there is of that name. 0, or -1 with EFAULT, EINVAL, ENAMETOOLONG, ENOENT. */
int shm_status(const char *name, struct shm_status *to);

/* From now on the caller has at most so many segments with a name attached, and so does what it forks. 0, or -1 with
 * EPERM: that is more than it may now; EINVAL: it has more. */
int shm_limit(unsigned segments);
