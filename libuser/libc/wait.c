#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/proc.h"

#include <sys/wait.h>

/* No process is ever stopped or goes on: those options are for nothing. */
int __wait(int pid, int options, struct __ended *ended)
{
    if (options & ~(WNOHANG | WUNTRACED | WCONTINUED))
        return -EINVAL;
    __console_show();
    int answer = proc_wait(CLIENT_SLOT_PROC, 0, (uint32_t)pid, options & WNOHANG, &ended->pid,
                           &ended->code, &ended->signal);
    return answer < 0 ? answer : (int)ended->pid;
}

WEAK pid_t waitpid(pid_t pid, int *status, int options)
{
    struct __ended ended = {0, 0, 0};

    if (status && __is_bad(status, sizeof *status))
        return __result(-EFAULT, 0);
    int child = __wait(pid, options, &ended);
    if (child > 0 && status)
        *status = (int)(ended.signal ? ended.signal : (ended.code & 0xff) << 8);
    return __result(child, child);
}

WEAK pid_t wait(int *status)
{
    return waitpid(-1, status, 0);
}
