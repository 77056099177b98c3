/* Which processor a process runs on: the one with the fewest when it begins, and then always. */
#pragma once

#include <stdint.h>

/* There are so many; once, at the start. */
void cpus_init(uint32_t count);

uint32_t cpus_take(void);
void cpus_give(uint32_t cpu);
