/* xv6's calls where they differ from the standard library's of the same name. */
#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/proc.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

_Noreturn void xv6_exit(void);
int xv6_wait(void);
int xv6_wait_status(int *status);
int xv6_kill(int pid);
int xv6_sleep(int ticks);
int uptime(void);

WEAK _Noreturn void xv6_exit(void)
{
    exit(0);
}

WEAK int xv6_wait(void)
{
    return wait(NULL);
}

/* The status as exit got it; -1 for a child that was killed. */
WEAK int xv6_wait_status(int *status)
{
    int how = 0, pid = wait(&how);

    if (pid >= 0 && status)
        *status = WIFEXITED(how) ? WEXITSTATUS(how) : -1;
    return pid;
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
