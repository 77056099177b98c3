/* Private zeroed memory, with the two arguments the assignment gives it. */
#pragma once

#include <stddef.h>

#define MAP_FAILED ((void *)-1)

/* `length` is rounded up to pages. At `address` (page aligned) or, for 0, where there is room.
 * MAP_FAILED with EINVAL, ENOMEM, or EEXIST when part of the place is taken. */
void *mmap(void *address, size_t length) __asm__("tally_mmap");

/* Gives pages back, in whole or in part; what is not mapped is passed over. */
int munmap(void *address, size_t length);
