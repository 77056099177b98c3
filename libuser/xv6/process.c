/* xv6's process calls. */
#include "libuser/xv6/call.h"

#include <stdlib.h>
#include <string.h>

int xv6_fork(void);
_Noreturn void xv6_exit(void);
int xv6_wait(void);
int xv6_wait_status(int *status);
int xv6_waitpid(int pid, int *status, int options);
int xv6_kill(int pid);
int xv6_getpid(void);
int xv6_sleep(int ticks);
int exec(char *path, char **arguments);
int uptime(void);

enum { TICK_NANOSECONDS = 1000000000 / TICKS_PER_SECOND, KILL = 9 };

WEAK int xv6_fork(void)
{
    return ask(SYS_fork, 0, 0, 0);
}

WEAK _Noreturn void xv6_exit(void)
{
    exit(0);
}

/* The status is exit's argument, or -1 if the child was killed. */
WEAK int xv6_waitpid(int pid, int *status, int options)
{
    return ask(TALLY_WAIT, (uint32_t)pid, (uintptr_t)status, (uint32_t)options);
}

WEAK int xv6_wait_status(int *status)
{
    return xv6_waitpid(-1, status, 0);
}

WEAK int xv6_wait(void)
{
    return xv6_waitpid(-1, NULL, 0);
}

/* Signals one process; in Linux's call other numbers mean groups. */
WEAK int xv6_kill(int pid)
{
    return pid <= 0 ? -1 : ask(SYS_kill, (uint32_t)pid, KILL, 0);
}

WEAK int xv6_getpid(void)
{
    return ask(SYS_getpid, 0, 0, 0);
}

WEAK int xv6_sleep(int ticks)
{
    const int32_t time[] = {ticks / TICKS_PER_SECOND, ticks % TICKS_PER_SECOND * TICK_NANOSECONDS};

    return ticks <= 0 ? 0 : ask(SYS_nanosleep, (uintptr_t)time, 0, 0);
}

/* Returns whether the arguments exceed the page that they have on xv6's stack. The call refuses bad addresses. */
static int are_long(char **arguments)
{
    enum { PAGE = 4096 };
    unsigned bytes = 0;

    for (; bytes <= PAGE && !is_bad_address(arguments, sizeof *arguments) &&
           (uintptr_t)*arguments - PAGE < 0xc0000000u - PAGE;
         arguments++)
        bytes += strlen(*arguments) + 1 + sizeof *arguments;
    return bytes > PAGE;
}

/* The name is not cut, because names in the boot archive are longer than xv6's. There is no environment. */
WEAK int exec(char *path, char **arguments)
{
    if (arguments && are_long(arguments))
        return -1;
    return ask(SYS_execve, (uintptr_t)path, (uintptr_t)arguments, 0);
}

WEAK int uptime(void)
{
    return ask(SYS_times, 0, 0, 0);
}
