/* xv6's calls where they differ from the standard library's of the same name. */
#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/proc.h"

#include <signal.h>
#include <stdlib.h>

_Noreturn void xv6_exit(void);
int xv6_wait(void);
int xv6_wait_status(int *status);
int xv6_waitpid(int pid, int *status, int options);
int xv6_kill(int pid);
int xv6_sleep(int ticks);
int uptime(void);

WEAK _Noreturn void xv6_exit(void)
{
    exit(0);
}

/* The status as exit got it; -1 for a child that was killed. */
WEAK int xv6_waitpid(int pid, int *status, int options)
{
    struct __ended ended = {0, 0, 0};

    if (status && __is_bad(status, sizeof *status))
        return __result(-EFAULT, 0);
    int child = __wait(pid, options, &ended);
    if (child > 0 && status)
        *status = ended.signal ? -1 : (int)ended.code;
    return __result(child, child);
}

WEAK int xv6_wait_status(int *status)
{
    return xv6_waitpid(-1, status, 0);
}

WEAK int xv6_wait(void)
{
    return xv6_waitpid(-1, NULL, 0);
}

WEAK int xv6_kill(int pid)
{
    return kill(pid, SIGKILL);
}

WEAK int xv6_sleep(int ticks)
{
    __console_show();
    if (ticks <= 0)
        return 0;
    return __result(proc_sleep(CLIENT_SLOT_PROC, 0, (uint32_t)ticks), 0);
}

WEAK int uptime(void)
{
    uint32_t ticks = 0;
    return __result(proc_uptime(CLIENT_SLOT_PROC, 0, &ticks), (int)ticks);
}
