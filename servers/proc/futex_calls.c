#include "servers/proc/futex_calls.h"

#include <errno.h>

#include "servers/proc/futex.h"
#include "servers/proto/proc.h"

int32_t call_futex_watch(struct process *process, struct words *words)
{
    if (process_index(process) == 0)
        return -EPERM;
    words->w[1] = futex_watch(process, words->w[1], words->w[2]);
    return 0;
}

int32_t call_poll_watch(struct process *process, struct words *words)
{
    if (process_index(process) == 0)
        return -EPERM;
    words->w[1] = futex_poll(process, words->w[1]);
    return 0;
}

int32_t call_watch_end(struct process *process, struct words *words)
{
    if (process_index(process) == 0)
        return -EPERM;
    words->w[1] = futex_unwatch(process);
    return 0;
}

int32_t call_futex_wake(struct process *process, struct words *words)
{
    if (process_index(process) == 0)
        return -EPERM;
    words->w[1] = futex_wake(process, words->w[1], words->w[2], words->w[3]);
    return 0;
}

int32_t call_futex_requeue(struct process *process, struct words *words)
{
    if (process_index(process) == 0)
        return -EPERM;
    futex_requeue(process, words->w[1], proc_futex_requeue_shared(words), proc_futex_requeue_count(words), words->w[2]);
    return 0;
}
