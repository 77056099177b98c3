/* The assignment's mmap. POSIX's mmap of six arguments is in <sys/mman.h>; a source file includes one or the other. */
#pragma once

#include <stddef.h>

#define MAP_FAILED ((void *)-1)

/* Reserves private, zeroed, readable and writable pages; address 0 lets the server choose. MAP_FAILED
 * with EINVAL (not page-aligned, no length), EEXIST (not free), ENOMEM. */
void *mmap(void *address, size_t length) __asm__("tally_mmap");

/* Gives pages back. 0, or -1 with EINVAL. */
int munmap(void *address, size_t length) __asm__("tally_munmap");
