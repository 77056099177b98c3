/* Shared segments of one page, as in the assignment. POSIX's shm_open is another function, with another name for the
 * linker. */
#pragma once

/* Attaches segment `id`, making it (zeroed) if nobody has it open, and sets *pointer to it. A second
 * open returns the same address and needs a close of its own. fork inherits it, exec drops it. 0, or
 * -1 with ENOMEM, or EFAULT if `pointer` is invalid; then *pointer is unchanged. */
int shm_open(int id, char **pointer) __asm__("tally_shm_open");

/* Undoes one open; after the last the page must not be touched. 0, or -1 with ENOENT. */
int shm_close(int id);
