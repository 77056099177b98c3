/*
 * The system calls, one function each. Each reads its arguments from the thread's saved registers, by the names in
 * kernel/abi/syscalls.def (sys_CALL_ARGUMENT(), in the generated arguments.h), checks everything, and then commits,
 * which cannot fail. It stores a result in ebx, and returns an error or an internal status (sched.h). The kernel lock
 * is held.
 */
#pragma once

#include "kernel/ipc/ipc.h"
#include "kernel/sys/arguments.h"

#define SYSCALL(number, name, slot, arguments, result, errors, summary) err_t sys_##name(struct thread *thread);
#include "kernel/abi/syscalls.def"

/* The slot that the call names in bits 16-31 of eax. */
ALWAYS_INLINE uint32_t sys_slot(const struct thread *thread)
{
    return thread->registers.eax >> SLOT_SHIFT;
}

/* Finds a capability in the table of the calling thread's task, as cspace_find() does: ERR_CAP, ERR_RIGHTS; ERR_DEAD if
 * its object is being destroyed. */
err_t sys_find(struct thread *thread, uint32_t index, enum slot_bits kind, rights_t rights, struct slot **slot);

/* Finds the task that a capability with RIGHT_CONTROL names: ERR_CAP, ERR_RIGHTS, ERR_DEAD. */
ALWAYS_INLINE err_t sys_find_task(const struct thread *thread, uint32_t index, struct task **task)
{
    const struct slot *slot = cspace_slot(&thread_task(thread)->cspace, index);

    if (!slot_has(slot, SLOT_TASK, RIGHT_CONTROL))
        return cspace_refuse(slot, SLOT_TASK);
    *task = AT(struct task, slot_object(slot));
    return (*task)->stage ? ERR_DEAD : OK;
}

/* sys_check_empty() checks a destination in a task's table, and that the task's account has the frame for a missing
 * leaf and `frames` more: ERR_ARG, ERR_TAKEN, ERR_ACCOUNT, ERR_DEAD. Then sys_open() returns that slot, or sys_give()
 * fills it with an object's first capability. */
err_t sys_check_empty(struct thread *thread, struct task *task, uint32_t index, uint32_t frames);
struct slot *sys_open(struct task *task, uint32_t index);
void sys_give(struct task *task, uint32_t index, struct object *object, enum slot_bits kind);

/* Ends one step of a long call, by binding the thread to the leaf of the call's slot. RESTART: the call will be run
 * again, or fails with ERR_CAP if its slot is emptied before. ERR_BUSY: BOUND_MAX other long calls work with slots of
 * the same leaf. */
enum { BOUND_MAX = 8 };
err_t sys_restart(struct thread *thread);

/* The same, and they mark the tree in which the call works, until the call ends: the tree of a frame's mappings, or
 * that of a slot's capabilities, where `cursor` is the node with which the call continues. */
err_t sys_restart_frame(struct thread *thread, uint32_t frame);
err_t sys_restart_slot(struct thread *thread, const struct slot *slot, const struct node *cursor);
