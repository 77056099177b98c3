/* Waiting for descriptors. */
#pragma once

#include "libuser/vdso/vdso.h"

/* Linux's struct pollfd. */
struct polled {
    int32_t fd;
    uint16_t events, results;
};

/* How long may be waited. */
struct poll_time {
    bool is_timed;
    uint64_t ticks; /* that are left */
};

/* How time is written: two words of seconds and microseconds, or nanoseconds; or two of 64 bits. */
enum time_format { TIME_MICROSECONDS, TIME_NANOSECONDS, TIME_64 };

/* What is there; 0: for ever. An error: EFAULT, EINVAL. */
int poll_get_time(uint32_t at, enum time_format format, struct poll_time *time);

/* What is left of it, to where it came from. */
void poll_put_time(uint32_t at, enum time_format format, const struct poll_time *time);

/* Until one has something, the time is over (0), or a signal comes: how many, with their results; or an error. */
int32_t poll_wait(struct polled *list, uint32_t count, struct poll_time *time);

/* The same, with the mask at `mask`, of so many bytes, meanwhile, unless that is 0. */
int32_t poll_wait_masked(struct polled *list, uint32_t count, struct poll_time *time, uint32_t mask, uint32_t bytes);
