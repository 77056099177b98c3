/* Alarms: SIGALRM by proc's ticks. */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/proc.h"

#include <string.h>

enum { ALARM_TICK_MICROSECONDS = 10000, SECOND_MICROSECONDS = 1000000, REAL = 0 };

/* Linux's struct itimerval. */
struct timer_words {
    uint32_t every_seconds, every_microseconds, seconds, microseconds;
};

/* Returns the ticks, rounded up. */
static uint32_t ticks_of(uint32_t seconds, uint32_t microseconds)
{
    if (seconds >= TICKS_MAX / TICKS_PER_SECOND)
        return TICKS_MAX;
    return seconds * TICKS_PER_SECOND + (microseconds + ALARM_TICK_MICROSECONDS - 1) / ALARM_TICK_MICROSECONDS;
}

static void tell_timer(uint32_t at, uint32_t left, uint32_t every)
{
    const struct timer_words words = {every / TICKS_PER_SECOND, every % TICKS_PER_SECOND * ALARM_TICK_MICROSECONDS,
                                      left / TICKS_PER_SECOND, left % TICKS_PER_SECOND * ALARM_TICK_MICROSECONDS};

    memcpy((void *)at, &words, sizeof words);
}

/* Returns the seconds that were left of the previous alarm, rounded, but at least 1 if any time was left. */
HANDLER(alarm)
{
    uint32_t left = 0, every;
    int error = proc_alarm(CLIENT_SLOT_PROC, ticks_of(a[0], 0), 0, &left, &every);

    (void)number;
    if (error)
        return error;
    return left && left < TICKS_PER_SECOND ? 1 : (int32_t)((left + TICKS_PER_SECOND / 2) / TICKS_PER_SECOND);
}

HANDLER(getitimer)
{
    uint32_t left = 0, every = 0;

    (void)number;
    if (a[0] != REAL)
        return -EINVAL;
    if (vdso_is_bad(a[1], sizeof(struct timer_words)))
        return -EFAULT;
    int error = proc_alarm_left(CLIENT_SLOT_PROC, &left, &every);
    if (!error)
        tell_timer(a[1], left, every);
    return error;
}

HANDLER(setitimer)
{
    const struct timer_words *new = (const struct timer_words *)a[1];
    uint32_t left = 0, every = 0;

    (void)number;
    if (a[0] != REAL)
        return -EINVAL;
    if (vdso_is_bad(a[1], sizeof *new) || (a[2] && vdso_is_bad(a[2], sizeof *new)))
        return -EFAULT;
    if (new->seconds >> 31 || new->every_seconds >> 31 || new->microseconds >= SECOND_MICROSECONDS ||
        new->every_microseconds >= SECOND_MICROSECONDS)
        return -EINVAL;
    int error = proc_alarm(CLIENT_SLOT_PROC, ticks_of(new->seconds, new->microseconds),
                           ticks_of(new->every_seconds, new->every_microseconds), &left, &every);
    if (!error && a[2])
        tell_timer(a[2], left, every);
    return error;
}
