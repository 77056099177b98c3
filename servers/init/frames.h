/* The frames of free RAM. init reserves them from below; the rest goes to mem. */
#pragma once

#include "kernel/abi/abi.h"

#define boot_page ((const struct boot_page *)BOOT_PAGE)

/* The first of `count` adjoining frames; ends the machine if there are none. */
uint32_t frames_reserve(uint32_t count);

/* One `divisor`-th of all free RAM, but at most `most` frames, adjoining; or less if no range has so many left. */
struct boot_range frames_share(uint32_t divisor, uint32_t most);

/* The range from the first frame not reserved to the end of RAM. */
struct boot_range frames_rest(void);
