/* Waiting for descriptors. */
#pragma once

#include "libuser/vdso/vdso.h"

/* Linux's struct pollfd. */
struct polled {
    int32_t fd;
    uint16_t events, results;
};

/* The time limit of a wait. */
struct poll_time {
    bool is_timed;
    uint64_t ticks; /* left */
};

/* The format of a time: two words, of seconds and microseconds or nanoseconds; or two words of 64 bits. */
enum time_format { TIME_MICROSECONDS, TIME_NANOSECONDS, TIME_64 };

/* Reads a time; `at` 0: no limit. An error: EFAULT, EINVAL. */
int poll_get_time(uint32_t at, enum time_format format, struct poll_time *time);

/* Writes the remaining time back. */
void poll_put_time(uint32_t at, enum time_format format, const struct poll_time *time);

/* Waits until a descriptor is ready, the time is over (0), or a signal comes: the number of ready ones, with their
 * results; or an error. */
int32_t poll_wait(struct polled *list, uint32_t count, struct poll_time *time);

/* The same with another signal mask meanwhile, of `bytes` bytes at `mask`, unless that is 0. */
int32_t poll_wait_masked(struct polled *list, uint32_t count, struct poll_time *time, uint32_t mask, uint32_t bytes);
