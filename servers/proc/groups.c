#include "servers/proc/groups.h"

#include <errno.h>

/* A process of the group, perhaps a zombie; NULL: there is no such group. */
static const struct process *one_of(uint32_t group)
{
    for (uint32_t i = 1; i < PROCESSES_MAX; i++)
        if (process_at(i)->state != PROCESS_FREE && process_at(i)->group == group)
            return process_at(i);
    return NULL;
}

static int check(const struct process *caller, const struct process *process)
{
    if (!process || (process != caller && (process->parent != caller || process->is_adopted)))
        return -ESRCH;
    if (process != caller && process->session == caller->session && process->has_executed)
        return -EACCES;
    return process->session != caller->session || process->session == process->pid ? -EPERM : 0;
}

int groups_set(struct process *caller, uint32_t pid, uint32_t group)
{
    struct process *process = process_by_pid(pid);

    if ((int32_t)group < 0)
        return -EINVAL;
    int error = check(caller, process);
    if (error)
        return error;
    if (!group)
        group = process->pid;
    const struct process *member = group == process->pid ? process : one_of(group);
    if (!member || member->session != caller->session)
        return -EPERM;
    process->group = group;
    return 0;
}

int groups_begin_session(struct process *caller)
{
    if (one_of(caller->pid))
        return -EPERM;
    caller->group = caller->session = caller->pid;
    return 0;
}
