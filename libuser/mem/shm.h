/* Shared segments of one page, as in the assignment. POSIX's shm_open is another function, with another name for the
 * linker. */
#pragma once

/* Attaches segment `id`, making it (zeroed) if nobody has it open, and sets *pointer to it. Opened
 * again it is at the same address and must be closed once more. fork hands it on, exec drops it. 0,
 * or -1 with ENOMEM, or EFAULT if `pointer` is nowhere; then *pointer is untouched. */
int shm_open(int id, char **pointer) __asm__("tally_shm_open");

/* Undoes one open; after the last the page must not be touched. 0, or -1 with ENOENT. */
int shm_close(int id);
