/* Moves the end of the heap, to the byte, like xv6's sbrk. musl's own, in <unistd.h>, moves nothing. */
#pragma once

#include <stdint.h>

/* Moves the heap's end by `bytes` bytes and returns its old end, or (void *)-1 with ENOMEM, or EINVAL below its start.
 * From the first call on only this moves it: malloc takes pages elsewhere. */
void *tally_sbrk(intptr_t bytes);
