/* The assignment's mmap. POSIX's, of six arguments, is that of <sys/mman.h>: a file includes the one or the other. */
#pragma once

#include <stddef.h>

#define MAP_FAILED ((void *)-1)

/* Reserves zeroed pages that are the process's own, readable and writable; address 0 lets the server choose. MAP_FAILED
 * with EINVAL (not page-aligned, no length), EEXIST (not free), ENOMEM. */
void *mmap(void *address, size_t length) __asm__("tally_mmap");

/* Gives pages back. 0, or -1 with EINVAL. */
int munmap(void *address, size_t length) __asm__("tally_munmap");
