#include "servers/proc/family_calls.h"

#include "servers/proc/foreground.h"
#include "servers/proc/groups.h"
#include "servers/proc/waits.h"
#include "servers/proto/slots.h"

#include <errno.h>

static int32_t block_in_wait(struct process *process, uint32_t pid, uint32_t group, bool peeks)
{
    if (signals_deliverable(process))
        return -EINTR;
    waits_save_caller(process);
    process->awaited = pid;
    process->awaited_group = group;
    process->peeks = peeks;
    process->waits = WAITS_CHILD;
    foreground_changed(process);
    return SERVER_LATER;
}

/* init is alone in its group, so group 0 means all its children. */
static uint32_t awaited_group(const struct process *process, int32_t wanted, uint32_t options)
{
    if (options & WAIT_GROUP)
        return (uint32_t)wanted;
    if (wanted == 0)
        return process->group;
    return wanted < -1 ? 0 - (uint32_t)wanted : 0;
}

int32_t call_wait(struct process *process, struct words *words)
{
    int32_t wanted = (int32_t)words->w[1];
    uint32_t options = words->w[2], pid = wanted > 0 ? words->w[1] : 0, group = awaited_group(process, wanted, options);
    struct process *child = process_find_awaited(process->zombies, pid, group);

    if (options & ~(uint32_t)(WAIT_NO_HANG | WAIT_PEEK | WAIT_GROUP))
        return -EINVAL;
    process->wait_calls++;
    if (!child && !process_find_awaited(process->children, pid, group))
        return -ECHILD;
    if (!child && !(options & WAIT_NO_HANG))
        return block_in_wait(process, pid, group, options & WAIT_PEEK);
    *words = (struct words){{0}};
    if (child)
        *words = (struct words){{0, child->pid, child->exit_status.code, child->exit_status.signal}};
    if (child && !(options & WAIT_PEEK))
        process_free(child);
    return 0;
}

int32_t call_group(struct process *process, struct words *words)
{
    const struct process *of = words->w[1] ? process_by_pid(words->w[1]) : process;

    if (!of)
        return -ESRCH;
    *words = (struct words){{0, of->group, of->session}};
    return 0;
}

int32_t call_set_group(struct process *process, struct words *words)
{
    if (process_index(process) == 0)
        return -EPERM;
    return groups_set(process, words->w[1] ? words->w[1] : process->pid, words->w[2]);
}

int32_t call_begin_session(struct process *process, struct words *words)
{
    if (process_index(process) == 0)
        return -EPERM;
    words->w[1] = process->pid;
    return groups_begin_session(process);
}
