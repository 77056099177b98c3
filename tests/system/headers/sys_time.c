/* <sys/time.h>: setitimer, getitimer; and from <unistd.h> alarm, which uses the same timer. */
#include "tests/system/headers/headers.h"

#include "tests/system/programs/child.h"

#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

static volatile int rung;

static void ring(int signal)
{
    rung += signal == SIGALRM;
}

static void until_rung(int times)
{
    while (rung < times)
        ;
}

static bool alarms(void)
{
    rung = 0;
    signal(SIGALRM, ring);
    bool good = IS(alarm(100), 0) && IS(alarm(1), 100) && IS(sleep(50) > 40, 1) && IS(rung, 1) && IS(alarm(5), 0) &&
                IS(alarm(0), 5);
    signal(SIGALRM, SIG_DFL);
    return good && IS(alarm(0), 0);
}

static bool timers(void)
{
    struct itimerval often = {{0, 20000}, {0, 15000}}, was, none = {{0, 0}, {0, 0}}, bad = {{0, 0}, {0, 1000000}};

    rung = 0;
    signal(SIGALRM, ring);
    bool good = IS(setitimer(ITIMER_REAL, &often, NULL), 0);
    until_rung(3); /* while it runs */
    good = IS(getitimer(ITIMER_REAL, &was), 0) && IS(was.it_interval.tv_usec, 20000) &&
           HOLDS(was.it_value.tv_usec > 0) && HOLDS(was.it_value.tv_usec <= 20000) && good;
    good = IS(setitimer(ITIMER_REAL, &none, &was), 0) && IS(was.it_interval.tv_usec, 20000) && good;
    good = IS(getitimer(ITIMER_REAL, &was), 0) && IS(was.it_value.tv_usec + was.it_interval.tv_usec, 0) && good;
    signal(SIGALRM, SIG_DFL);
    return FAILS(setitimer(ITIMER_REAL, &bad, NULL), EINVAL) &&
           FAILS(setitimer(ITIMER_VIRTUAL, &often, NULL), EINVAL) && FAILS(getitimer(99, &was), EINVAL) && good;
}

static int spins(void)
{
    ualarm(10000, 0);
    for (;;)
        ;
}

static int asks(void)
{
    return (int)alarm(0) + 9;
}

static bool ends(void)
{
    alarm(100);
    bool good = IS(child_run(spins), SIGALRM) && IS(child_run(asks), EXITED(9)); /* a child has none */
    return IS(alarm(0), 100) && good;
}

const struct tap_point header_sys_time[] = {{"alarm", alarms}, {"setitimer", timers}, {"SIGALRM ends", ends}, {0, 0}};
