/* The machine's real-time clock (MC146818, at ports 0x70 and 0x71). */
#pragma once

#include <stdint.h>

/* Seconds since 1970, by the clock, which is taken to show UTC; 0 if it shows no date. Waits while it is being updated:
 * 2 ms at most. */
uint32_t wall_clock_seconds(void);
