/*
 * Tasks: an account, a capability table, an address space, and the callers to which the task owes
 * replies. A task fills one frame, the first of its account.
 *
 *   K1  threads in `owed` are THREAD_REPLY_DEFERRED with this task as peer
 *   K2  a task that is being destroyed is in kernel.destroying; nothing is taken from its account or added to
 *       its table and space; its threads run until the stage of its destruction that destroys them
 *
 * Destruction is a sequence of bounded steps (object/destroy.c), taken by the thread that requested it (a reaper),
 * by ticks and by idle processors.
 */
#pragma once

#include "kernel/cap/cspace.h"
#include "kernel/thread/thread.h"
#include "kernel/vm/vspace.h"

struct task {
    struct object object;
    struct list owed; /* callers: K1 */
    uint32_t stage;   /* 0: alive; else the stage of its destruction */
    uint32_t cursor;  /* of the stage that empties the table: the next leaf */
    struct vspace space __attribute__((aligned(32)));
    struct account account;
    struct cspace cspace;
    struct link destroying; /* K2 */
};
_Static_assert(sizeof(struct task) <= PAGE_SIZE, "a task fills one frame");

ALWAYS_INLINE struct task *thread_task(const struct thread *thread)
{
    return AT(struct task, thread->task);
}

/* Whether the task's account has that many spare frames: ERR_ACCOUNT, with the shortfall in the page of `caller`, the
 * thread whose call it is; ERR_DEAD. */
ALWAYS_INLINE err_t task_check_account(const struct task *task, uint32_t frames, struct thread *caller)
{
    if (task->stage)
        return ERR_DEAD;
    if (frames <= task->account.spare_count)
        return OK;
    thread_page(caller)->shortfall = frames - task->account.spare_count;
    return ERR_ACCOUNT;
}
