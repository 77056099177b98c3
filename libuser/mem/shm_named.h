/*
 * Named shared segments of any size: docs/shm.md. POSIX's shm_unlink is another function, with another name for the
 * linker; a source file includes this header or <sys/mman.h>.
 */
#pragma once

#include <stddef.h>

#include "servers/proto/shm_format.h"

/* Attaches the segment of that name (1 to 63 bytes) and sets *pointer to its address, which is the same in every
 * process. With SHM_CREATE a missing segment is made, zeroed. `bytes` is the size of a new segment, rounded up to
 * pages, or the least size of an existing one; 0: any. A second attach returns the same address and needs a detach of
 * its own. fork inherits it, exec drops it. 0, or -1 with EFAULT, EINVAL, ENAMETOOLONG, ENOENT, EEXIST, EACCES, ENOMEM,
 * EMFILE, ENFILE; then *pointer is unchanged. */
int shm_attach(const char *name, size_t bytes, int flags, void **pointer);

/* Undoes one attach of the segment that begins there; after the last it must not be touched. 0, or -1 with EINVAL. */
int shm_detach(const void *pointer);

/* Removes the name; an attached segment lives until the last process has detached it. 0, or -1 with EFAULT, EINVAL,
 * ENAMETOOLONG, ENOENT, EACCES. */
int shm_unlink(const char *name) __asm__("tally_shm_unlink");

/* The status of the segment of that name. 0, or -1 with EFAULT, EINVAL, ENAMETOOLONG, ENOENT. */
int shm_status(const char *name, struct shm_status *to);

/* Limits the named segments that the caller, and the processes it forks, may have attached. 0, or -1 with EPERM: more
 * than the present limit; EINVAL: it has more attached. */
int shm_limit(unsigned segments);
