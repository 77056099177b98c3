/* The frames of free RAM. init allocates them from below; the rest goes to mem. */
#pragma once

#include "kernel/abi/abi.h"

#define boot_page ((const struct boot_page *)BOOT_PAGE)

/* Allocates `count` contiguous frames and returns the first; ends the machine if there are none. */
uint32_t frames_allocate(uint32_t count);

/* Allocates one `divisor`-th of all free RAM, at most `most` contiguous frames, or fewer if no range has enough. */
struct boot_range frames_allocate_share(uint32_t divisor, uint32_t most);

/* The range from the first frame not allocated to the end of RAM. */
struct boot_range frames_rest(void);
