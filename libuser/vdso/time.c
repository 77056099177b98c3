/* Clocks, in ticks of 10 ms. */
#include "libuser/ipc/ipc.h"
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

/* No two readings of the date are the same, as they would not be elsewhere: mkstemp() makes names of them. What times
 * are measured with goes by ticks alone, or a sleep would seem too short. */
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

HANDLER(clock_gettime)
{
    struct instant now;

    (void)number;
    if (!read_clock(a[0], &now))
        return -EINVAL;
    if (vdso_is_bad(a[1], 2 * sizeof(uint32_t)))
        return -EFAULT;
    memcpy((void *)a[1], (const uint32_t[]){now.seconds, nanoseconds_of(&now)}, 2 * sizeof(uint32_t));
    return 0;
}

HANDLER(clock_gettime64)
{
    struct instant now;

    (void)number;
    if (!read_clock(a[0], &now))
        return -EINVAL;
    if (vdso_is_bad(a[1], 2 * sizeof(uint64_t)))
        return -EFAULT;
    memcpy((void *)a[1], (const uint64_t[]){now.seconds, nanoseconds_of(&now)}, 2 * sizeof(uint64_t));
    return 0;
}

/* Of what there is a clock of: a null pointer only asks for that. */
static int32_t get_resolution(uint32_t clock, uint32_t at, const void *resolution, uint32_t bytes)
{
    if (clock > CLOCK_BOOT)
        return -EINVAL;
    if (at && vdso_is_bad(at, bytes))
        return -EFAULT;
    if (at)
        memcpy((void *)at, resolution, bytes);
    return 0;
}

HANDLER(clock_getres)
{
    const uint32_t resolution[] = {0, TICK_NANOSECONDS};

    (void)number;
    return get_resolution(a[0], a[1], resolution, sizeof resolution);
}

HANDLER(clock_getres64)
{
    const uint64_t resolution[] = {0, TICK_NANOSECONDS};

    (void)number;
    return get_resolution(a[0], a[1], resolution, sizeof resolution);
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

/* struct tms: the caller's time in user mode, in the kernel, and its children's. */
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

/* Rounded up, so that nobody sleeps too short. What is left of a long sleep is slept, too; one of more than 2^48
 * seconds is as good as one without an end, and its ticks would be too many. A signal ends it: so many ticks are left.
 */
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

static struct instant instant_of(uint64_t ticks)
{
    return (struct instant){(uint32_t)(ticks / TICKS_PER_SECOND), (uint32_t)(ticks % TICKS_PER_SECOND), 0};
}

/* A sleep for some time that a signal has ended says what was left, if there is a place for that. */
static int32_t tell_left(uint32_t at, const struct instant *left)
{
    if (!at)
        return -EINTR;
    if (vdso_is_bad(at, 2 * sizeof(uint32_t)))
        return -EFAULT;
    memcpy((void *)at, (const uint32_t[]){left->seconds, left->ticks * TICK_NANOSECONDS}, 2 * sizeof(uint32_t));
    return -EINTR;
}

static int32_t tell_left64(uint32_t at, const struct instant *left)
{
    if (!at)
        return -EINTR;
    if (vdso_is_bad(at, 2 * sizeof(uint64_t)))
        return -EFAULT;
    memcpy((void *)at, (const uint64_t[]){left->seconds, left->ticks * TICK_NANOSECONDS}, 2 * sizeof(uint64_t));
    return -EINTR;
}

HANDLER(nanosleep)
{
    const int32_t *wanted = (const int32_t *)a[0];

    (void)number;
    if (vdso_is_bad(a[0], 2 * sizeof *wanted))
        return -EFAULT;
    if (wanted[0] < 0)
        return -EINVAL;
    uint64_t left = 0;
    int32_t result = sleep_for((uint32_t)wanted[0], (uint32_t)wanted[1], &left);
    struct instant instant = instant_of(left);
    return result == -EINTR ? tell_left(a[1], &instant) : result;
}

/* Until an instant of that clock, or for so long. A thread that sleeps does not get its own clock to go on. */
static int32_t sleep_on(uint32_t clock, bool until, uint64_t seconds, uint32_t nanoseconds, struct instant *rest)
{
    struct instant now;
    uint64_t not_slept = 0;

    if (clock > CLOCK_BOOT || clock == CLOCK_THREAD)
        return -EINVAL;
    if (!until) {
        int32_t result = sleep_for(seconds, nanoseconds, &not_slept);
        *rest = instant_of(not_slept);
        return result;
    }
    if (nanoseconds >= SECOND_NANOSECONDS || !read_clock(clock, &now))
        return -EINVAL;
    if (seconds >> 32)
        seconds = UINT32_MAX; /* beyond the end of all clocks */
    uint64_t passed = now.seconds * (uint64_t)SECOND_NANOSECONDS + now.ticks * (uint64_t)TICK_NANOSECONDS;
    uint64_t wanted = seconds * SECOND_NANOSECONDS + nanoseconds;
    uint64_t left = wanted > passed ? wanted - passed : 0;
    return sleep_for(left / SECOND_NANOSECONDS, (uint32_t)(left % SECOND_NANOSECONDS), &not_slept);
}

HANDLER(clock_nanosleep)
{
    const int32_t *wanted = (const int32_t *)a[2];

    (void)number;
    if (vdso_is_bad(a[2], 2 * sizeof *wanted))
        return -EFAULT;
    if (wanted[0] < 0)
        return -EINVAL;
    struct instant rest = {0};
    int32_t result = sleep_on(a[0], a[1] & 1, (uint32_t)wanted[0], (uint32_t)wanted[1], &rest);
    return result == -EINTR && !(a[1] & 1) ? tell_left(a[3], &rest) : result;
}

HANDLER(clock_nanosleep64)
{
    const int64_t *wanted = (const int64_t *)a[2];

    (void)number;
    if (vdso_is_bad(a[2], 2 * sizeof *wanted))
        return -EFAULT;
    if (wanted[0] < 0)
        return -EINVAL;
    struct instant rest = {0};
    int32_t result = sleep_on(a[0], a[1] & 1, (uint64_t)wanted[0], (uint32_t)wanted[1], &rest);
    return result == -EINTR && !(a[1] & 1) ? tell_left64(a[3], &rest) : result;
}
