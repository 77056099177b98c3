/* <time.h>, <sys/time.h>, <sys/times.h>: clocks that advance, a calendar. */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

static bool calendar(void)
{
    char text[40];
    time_t leap = 951782400; /* 29 February 2000 */
    struct tm tm = *gmtime(&leap), march = {.tm_year = 100, .tm_mon = 1, .tm_mday = 30};

    return IS(tm.tm_mday, 29) && IS(tm.tm_mon, 1) && IS(tm.tm_wday, 2) && IS(tm.tm_yday, 59) &&
           HOLDS(timegm(&march) == leap + 86400) && IS(march.tm_mon, 2) &&
           HOLDS(strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %a", &tm)) &&
           HOLDS(!strcmp(text, "2000-02-29 00:00:00 Tue")) &&
           HOLDS(!strcmp(asctime(&tm), "Tue Feb 29 00:00:00 2000\n")) && HOLDS(timegm(&tm) == leap);
}

static double seconds_on(clockid_t clock)
{
    struct timespec now = {0, 0};

    return clock_gettime(clock, &now) ? -1 : (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool clocks(void)
{
    struct timespec resolution, short_sleep = {0, 30000000};
    struct timeval day;
    struct tms process;
    double monotonic = seconds_on(CLOCK_MONOTONIC), real = seconds_on(CLOCK_REALTIME);

    return IS(nanosleep(&short_sleep, NULL), 0) && HOLDS(seconds_on(CLOCK_MONOTONIC) - monotonic >= 0.029) &&
           HOLDS(seconds_on(CLOCK_REALTIME) - real >= 0.029) && HOLDS(seconds_on(CLOCK_PROCESS_CPUTIME_ID) >= 0.02) &&
           IS(gettimeofday(&day, NULL), 0) && HOLDS(day.tv_sec - time(NULL) >= -1 && day.tv_sec <= time(NULL)) &&
           HOLDS(time(NULL) > 1577000000) && HOLDS(times(&process) > 0) &&
           IS(clock_getres(CLOCK_MONOTONIC, &resolution), 0) && IS(resolution.tv_nsec, 10000000) &&
           HOLDS(clock() > 0) && IS(sysconf(_SC_CLK_TCK), 100);
}

static bool refusals(void)
{
    struct timespec now, wrong = {0, 1000000000}, before = {-1, 0};

    return FAILS(clock_gettime(99, &now), EINVAL) && FAILS(clock_getres(99, &now), EINVAL) &&
           FAILS(nanosleep(&wrong, NULL), EINVAL) && FAILS(nanosleep(&before, NULL), EINVAL) &&
           FAILS(clock_gettime(CLOCK_MONOTONIC, (struct timespec *)16), EFAULT) &&
           FAILS(syscall(SYS_nanosleep, 16, 0), EFAULT) && IS(clock_nanosleep(99, TIMER_ABSTIME, &wrong, NULL), EINVAL);
}

static bool until(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += 30000000;
    at.tv_sec += at.tv_nsec / 1000000000, at.tv_nsec %= 1000000000;
    bool good = IS(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL), 0);
    return good && HOLDS(seconds_on(CLOCK_MONOTONIC) >= (double)at.tv_sec + (double)at.tv_nsec / 1e9 - 1e-6) &&
           IS(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL), 0);
}

const struct tap_point header_time[] = {
    {"the calendar", calendar},
    {"clocks", clocks},
    {"invalid clocks and times", refusals},
    {"a sleep until then", until},
    {0, 0},
};
