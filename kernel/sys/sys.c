/* Dispatch of system calls, and what their functions share. */
#include "kernel/sys/event.h"
#include "kernel/sys/sys.h"

static err_t unknown(struct thread *thread)
{
    (void)thread;
    return ERR_CALL;
}

/* Messages have a function for each combination of the flags in bits 5-7. The flags that open windows are higher bits,
 * so they choose no function. */
#pragma clang diagnostic ignored "-Winitializer-overrides"
err_t (*const call_table[256])(struct thread *) = {
    [0 ... 255] = unknown,
#define SYSCALL(number, name, slot, arguments, result, errors, summary)                                                \
    [number] = number <= SYS_ipc_signal ? unknown : sys_##name,
#include "kernel/abi/syscalls.def"
    [SYS_ipc_call] = ipc_call,
    [SYS_ipc_call | IPC_EXTENDED] = ipc_call_extended,
    [SYS_ipc_reply_wait] = ipc_receive,
    [SYS_ipc_reply_wait | IPC_EXTENDED] = ipc_receive,
    [SYS_ipc_reply_wait | IPC_REPLY] = ipc_reply_wait,
    [SYS_ipc_reply_wait | IPC_REPLY | IPC_EXTENDED] = ipc_reply_wait_extended,
    [SYS_ipc_reply] = ipc_reply,
    [SYS_ipc_reply | IPC_EXTENDED] = ipc_reply,
    [SYS_ipc_signal] = ipc_signal,
};

const char *const call_names[] = {
#define SYSCALL(number, name, slot, arguments, result, errors, summary) [number] = #name,
#include "kernel/abi/syscalls.def"
};

err_t sys_restart(struct thread *thread)
{
    const struct slot *slot = cspace_slot(&thread_task(thread)->cspace, sys_slot(thread));
    struct list *bound = &frame_at(frame_number(REF(slot)))->bound;
    unsigned others = 0;

    if (thread->bound.next)
        return RESTART;
    for (ref_t link = bound->first; link != REF(bound); link = AT(struct link, link)->next)
        if (++others == BOUND_MAX)
            return ERR_BUSY;
    link_insert_after(REF(bound), &thread->bound);
    thread->bound_slot = REF(slot);
    return RESTART;
}

/* A restart leaves out the call's flags. The only IPC call that is ever restarted is ipc_reply_wait, which then only
 * receives. */
err_t call_run(struct thread *thread)
{
    bool was_emptied = thread->bound.next && !thread->bound_slot; /* its slot may hold another capability now */

    return was_emptied ? ERR_CAP : call_table[thread->registers.eax & SYSCALL_NUMBER](thread);
}

struct thread *call_end(struct thread *thread, err_t status)
{
    if (call_finish(thread, status))
        return thread_continue(thread);
    if (status != BLOCKED)
        preemption_point(); /* this was one step of a long call, and thread_choose() may take the next at once */
    return thread_choose();
}

err_t sys_version(struct thread *thread)
{
    thread->registers.ebx = ABI_VERSION;
    return OK;
}

err_t sys_find(struct thread *thread, uint32_t index, enum slot_bits kind, rights_t rights, struct slot **slot)
{
    err_t err = cspace_find(&thread_task(thread)->cspace, index, kind, rights, slot);

    return err ? err : object_is_being_destroyed(*slot) ? ERR_DEAD : OK;
}

err_t sys_check_empty(struct thread *thread, struct task *task, uint32_t index, uint32_t frames)
{
    uint32_t leaf = 0;

    err_t err = cspace_find_empty(&task->cspace, index, kernel.empty_leaf, &leaf);
    return err ? err : task_check_account(task, leaf + frames, thread);
}

struct slot *sys_open(struct task *task, uint32_t index)
{
    return cspace_open(&task->cspace, &task->account, index, kernel.empty_leaf);
}

void sys_give(struct task *task, uint32_t index, struct object *object, enum slot_bits kind)
{
    rights_t rights = kind & SLOT_ENDPOINT ? RIGHT_ALL : RIGHT_CONTROL | RIGHT_GRANT | RIGHT_OWN;

    slot_make(sys_open(task, index), &object->caps, rights, 0, REF(object) | (uint32_t)kind);
}

/* Ends a step as sys_restart() does, and marks the tree of `root`, no longer that of the step before. ERR_BUSY: marks
 * nothing. */
static err_t restart_in(struct thread *thread, struct node *root)
{
    if (sys_restart(thread) != RESTART)
        return ERR_BUSY;
    if (thread->revoking != REF(root))
        thread_end_long_call(thread, false);
    if (!node_is_being_revoked(root)) { /* else another thread has marked it, or this one in an earlier step */
        *node_mark(root) |= NODE_REVOKING;
        thread->revoking = REF(root);
    }
    return RESTART;
}

err_t sys_restart_frame(struct thread *thread, uint32_t frame)
{
    return frame_at(frame)->kind == FRAME_USER ? restart_in(thread, &frame_at(frame)->mappings) : sys_restart(thread);
}

err_t sys_restart_slot(struct thread *thread, const struct slot *slot, const struct node *cursor)
{
    struct object *object = slot_object_head(slot);
    err_t status = restart_in(thread, &object->caps);

    if (thread->revoking == REF(&object->caps)) {
        object->revoker = REF(thread) | NODE_REVOKING;
        object->cursor = node_ref(cursor);
    }
    return status;
}
