/* The machine's real-time clock (MC146818, at ports 0x70 and 0x71). */
#pragma once

#include <stdint.h>

/* Seconds since 1970, by the clock, which is assumed to show UTC; 0 if it has no valid date. Waits while the clock is
 * being updated: 2 ms at most. */
uint32_t wall_clock_seconds(void);
