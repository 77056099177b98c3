#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/proc.h"

#include <sys/wait.h>

/* Children that ended while another one was waited for. */
static struct ended {
    pid_t pid;
    int status;
} ended[64];
static unsigned ended_count;

void __children_forget(void)
{
    if (ended_count) /* else nothing is written: the page may be shared with the parent */
        ended_count = 0;
}

/* Takes `pid`, or for -1 the last one, from the list. */
static int take(pid_t pid, struct ended *child)
{
    for (unsigned i = ended_count; i-- > 0;) {
        if (pid != -1 && pid != ended[i].pid)
            continue;
        *child = ended[i];
        ended[i] = ended[--ended_count];
        return 1;
    }
    return 0;
}

/* Waits for any child to end. */
static int next(struct ended *child)
{
    uint32_t pid = 0, status = 0;
    int answer = proc_wait(CLIENT_SLOT_PROC, 0, &pid, &status);

    *child = (struct ended){(pid_t)pid, (int)status};
    return answer;
}

/* Waits until `pid`, or for -1 any, ends; keeps the others that end before it. */
static int next_but_others(pid_t pid, struct ended *child)
{
    for (;;) {
        if (ended_count == sizeof ended / sizeof ended[0])
            return -ENOMEM;
        int answer = next(child);
        if (answer < 0 || pid == -1 || pid == child->pid)
            return answer;
        ended[ended_count++] = *child;
    }
}

WEAK pid_t waitpid(pid_t pid, int *status, int options)
{
    struct ended child = {0, 0};

    if (options || pid < -1 || pid == 0)
        return __result(-EINVAL, 0);
    __console_show();
    if (!take(pid, &child)) {
        int answer = next_but_others(pid, &child);
        if (answer < 0)
            return __result(answer, 0);
    }
    if (status)
        *status = child.status;
    return child.pid;
}

WEAK pid_t wait(int *status)
{
    return waitpid(-1, status, 0);
}
