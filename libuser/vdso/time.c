/* Clocks, in ticks of 10 ms. */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/poll.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/proc.h"

#include <string.h>

enum { TICK_NANOSECONDS = 10000000, TICK_MICROSECONDS = 10000, SECOND_NANOSECONDS = 1000000000 };
enum {
    CLOCK_REALTIME,
    CLOCK_MONOTONIC,
    CLOCK_PROCESS,
    CLOCK_THREAD,
    CLOCK_RAW,
    CLOCK_REALTIME_COARSE,
    CLOCK_MONOTONIC_COARSE,
    CLOCK_BOOT
};

struct instant {
    uint32_t seconds, ticks; /* ticks are less than a second */
    uint32_t nanoseconds;    /* less than a tick */
};

uint32_t vdso_ticks(void)
{
    uint32_t ticks = 0;

    (void)proc_uptime(CLIENT_SLOT_PROC, &ticks);
    return ticks;
}

static uint32_t boot_seconds(void)
{
    if (!state->boot_seconds)
        (void)proc_boot_time(CLIENT_SLOT_PROC, &state->boot_seconds);
    return state->boot_seconds;
}

/* Two readings of the date always differ, as on other systems: mkstemp() makes names from them. Clocks that measure
 * time show only ticks; otherwise a sleep could seem too short. */
static uint32_t reads_in_tick(uint32_t tick)
{
    bool again = tick == state->clock_tick && state->clock_reads < TICK_NANOSECONDS - 1;

    state->clock_tick = tick;
    state->clock_reads = again ? state->clock_reads + 1 : 0;
    return state->clock_reads;
}

static bool read_clock(uint32_t clock, struct instant *now)
{
    uint32_t ticks;

    if (clock > CLOCK_BOOT)
        return false;
    ticks = vdso_ticks();
    now->nanoseconds = clock == CLOCK_REALTIME ? reads_in_tick(ticks) : 0;
    if (clock == CLOCK_PROCESS || clock == CLOCK_THREAD)
        ticks -= state->began;
    now->seconds = ticks / TICKS_PER_SECOND;
    now->ticks = ticks % TICKS_PER_SECOND;
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
        now->seconds += boot_seconds();
    return true;
}

uint32_t vdso_seconds(void)
{
    struct instant now;

    (void)read_clock(CLOCK_REALTIME, &now);
    return now.seconds;
}

static uint32_t nanoseconds_of(const struct instant *instant)
{
    return instant->ticks * TICK_NANOSECONDS + instant->nanoseconds;
}

static bool is_bad_time(uint32_t at, enum time_format format)
{
    return vdso_is_bad(at, format == TIME_64 ? 2 * sizeof(uint64_t) : 2 * sizeof(uint32_t));
}

/* Writes a time in that format. */
static void put_time(uint32_t at, enum time_format format, uint32_t seconds, uint32_t nanoseconds)
{
    if (format == TIME_64)
        memcpy((void *)at, (const uint64_t[]){seconds, nanoseconds}, 2 * sizeof(uint64_t));
    else
        memcpy((void *)at, (const uint32_t[]){seconds, nanoseconds}, 2 * sizeof(uint32_t));
}

static int32_t get_clock(arguments_t a, enum time_format format)
{
    struct instant now;

    if (!read_clock(a[0], &now))
        return -EINVAL;
    if (is_bad_time(a[1], format))
        return -EFAULT;
    put_time(a[1], format, now.seconds, nanoseconds_of(&now));
    return 0;
}

HANDLER(clock_gettime)
{
    (void)number;
    return get_clock(a, TIME_NANOSECONDS);
}

HANDLER(clock_gettime64)
{
    (void)number;
    return get_clock(a, TIME_64);
}

/* With a null pointer the caller only asks whether the clock exists. */
static int32_t get_resolution(arguments_t a, enum time_format format)
{
    if (a[0] > CLOCK_BOOT)
        return -EINVAL;
    if (a[1] && is_bad_time(a[1], format))
        return -EFAULT;
    if (a[1])
        put_time(a[1], format, 0, TICK_NANOSECONDS);
    return 0;
}

HANDLER(clock_getres)
{
    (void)number;
    return get_resolution(a, TIME_NANOSECONDS);
}

HANDLER(clock_getres64)
{
    (void)number;
    return get_resolution(a, TIME_64);
}

HANDLER(gettimeofday)
{
    struct instant now;

    (void)number;
    if (!a[0])
        return 0;
    if (vdso_is_bad(a[0], 2 * sizeof(uint32_t)))
        return -EFAULT;
    (void)read_clock(CLOCK_REALTIME, &now);
    memcpy((void *)a[0], (const uint32_t[]){now.seconds, now.ticks * TICK_MICROSECONDS}, 2 * sizeof(uint32_t));
    return 0;
}

HANDLER(time)
{
    struct instant now;

    (void)number;
    if (a[0] && vdso_is_bad(a[0], sizeof(uint32_t)))
        return -EFAULT;
    (void)read_clock(CLOCK_REALTIME, &now);
    if (a[0])
        *(uint32_t *)a[0] = now.seconds;
    return (int32_t)now.seconds;
}

/* struct tms has the caller's time in user mode and in the kernel, and both for its children. */
HANDLER(times)
{
    uint32_t ticks = vdso_ticks();

    (void)number;
    if (a[0] && vdso_is_bad(a[0], 4 * sizeof(uint32_t)))
        return -EFAULT;
    if (a[0])
        memcpy((void *)a[0], (const uint32_t[]){ticks - state->began, 0, 0, 0}, 4 * sizeof(uint32_t));
    return (int32_t)ticks;
}

/* Rounds up, so that no sleep is too short. A long sleep is made in parts. One of more than 2^48 seconds practically
 * never ends, and its ticks could overflow. When a signal ends the sleep, *not_slept are the ticks left. */
static int32_t sleep_for(uint64_t seconds, uint32_t nanoseconds, uint64_t *not_slept)
{
    uint64_t ticks;
    uint32_t left = 0;
    int error = 0;

    if (nanoseconds >= SECOND_NANOSECONDS)
        return -EINVAL;
    if (seconds >> 48)
        seconds = 1ull << 48;
    ticks = seconds * TICKS_PER_SECOND + (nanoseconds + TICK_NANOSECONDS - 1) / TICK_NANOSECONDS;
    vdso_tell_signals();
    for (uint32_t part; ticks && !left && !error; ticks -= part - left) {
        part = ticks < TICKS_MAX ? (uint32_t)ticks : TICKS_MAX;
        error = proc_sleep(CLIENT_SLOT_PROC, part, &left);
    }
    *not_slept = ticks;
    return left ? vdso_ends_early() : error;
}

/* Reads how long to sleep, or until when. */
static int32_t get_time(uint32_t at, enum time_format format, uint64_t *seconds, uint32_t *nanoseconds)
{
    if (is_bad_time(at, format))
        return -EFAULT;
    int64_t wanted = format == TIME_64 ? *(const int64_t *)at : *(const int32_t *)at;
    *seconds = (uint64_t)wanted;
    *nanoseconds = ((const uint32_t *)at)[format == TIME_64 ? 2 : 1];
    return wanted < 0 ? -EINVAL : 0;
}

/* A sleep for some time that a signal has ended tells how much is left, if the caller wants that. */
static int32_t tell_left(uint32_t at, enum time_format format, uint64_t ticks)
{
    if (at && is_bad_time(at, format))
        return -EFAULT;
    if (at)
        put_time(at, format, (uint32_t)(ticks / TICKS_PER_SECOND),
                 (uint32_t)(ticks % TICKS_PER_SECOND) * TICK_NANOSECONDS);
    return -EINTR;
}

HANDLER(nanosleep)
{
    uint64_t seconds, left = 0;
    uint32_t nanoseconds;
    int32_t result = get_time(a[0], TIME_NANOSECONDS, &seconds, &nanoseconds);

    (void)number;
    if (!result)
        result = sleep_for(seconds, nanoseconds, &left);
    return result == -EINTR ? tell_left(a[1], TIME_NANOSECONDS, left) : result;
}

/* Sleeps until an instant of that clock. */
static int32_t sleep_until(uint32_t clock, uint64_t seconds, uint32_t nanoseconds)
{
    struct instant now;
    uint64_t not_slept;

    if (nanoseconds >= SECOND_NANOSECONDS || !read_clock(clock, &now))
        return -EINVAL;
    if (seconds >> 32)
        seconds = UINT32_MAX; /* beyond the end of every clock */
    uint64_t passed = now.seconds * (uint64_t)SECOND_NANOSECONDS + now.ticks * (uint64_t)TICK_NANOSECONDS;
    uint64_t wanted = seconds * SECOND_NANOSECONDS + nanoseconds;
    uint64_t left = wanted > passed ? wanted - passed : 0;
    return sleep_for(left / SECOND_NANOSECONDS, (uint32_t)(left % SECOND_NANOSECONDS), &not_slept);
}

static int32_t sleep_on(arguments_t a, enum time_format format)
{
    bool until = a[1] & 1;
    uint64_t seconds, left = 0;
    uint32_t nanoseconds;
    int32_t result = get_time(a[2], format, &seconds, &nanoseconds);

    if (result)
        return result;
    if (a[0] > CLOCK_BOOT || a[0] == CLOCK_THREAD) /* a sleeping thread's own clock stands still */
        return -EINVAL;
    result = until ? sleep_until(a[0], seconds, nanoseconds) : sleep_for(seconds, nanoseconds, &left);
    return result == -EINTR && !until ? tell_left(a[3], format, left) : result;
}

HANDLER(clock_nanosleep)
{
    (void)number;
    return sleep_on(a, TIME_NANOSECONDS);
}

HANDLER(clock_nanosleep64)
{
    (void)number;
    return sleep_on(a, TIME_64);
}
