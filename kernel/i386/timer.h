/* The 8254 timer: channel 0 makes the ticks, channel 2 measures waits. */
#pragma once

/* Makes the timer raise the tick's line TICKS_PER_SECOND times a second. */
void timer_init(void);

/* Waits that long, at most 50,000 microseconds, by another channel. */
void timer_wait(unsigned microseconds);
