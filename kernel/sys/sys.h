/*
 * The system calls, one function each: it reads its arguments from the thread's saved registers, by
 * the names that kernel/abi/syscalls.def gives them (sys_CALL_ARGUMENT()), checks everything, then
 * commits with what cannot fail. Results beyond the status go to ebx.
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

/* In the caller's table; for a dead object ERR_DEAD. */
err_t sys_find(struct thread *thread, uint32_t index, enum slot_bits kind, rights_t rights, struct slot **slot);

/* The task that is named by a capability with RIGHT_CONTROL: ERR_CAP, ERR_RIGHTS, ERR_DEAD. */
ALWAYS_INLINE err_t sys_find_task(const struct thread *thread, uint32_t index, struct task **task)
{
    const struct slot *slot = cspace_slot(&thread_task(thread)->cspace, index);

    if (!slot_has(slot, SLOT_TASK, RIGHT_CONTROL))
        return cspace_refuse(slot, SLOT_TASK);
    *task = AT(struct task, slot_object(slot));
    return (*task)->stage ? ERR_DEAD : OK;
}

/* A destination in a task's table, checked together with what else is to come from its account; then
 * opened, or filled with an object's first capability. */
err_t sys_check_empty(struct thread *thread, struct task *task, uint32_t index, uint32_t frames);
struct slot *sys_open(struct task *task, uint32_t index);
void sys_give(struct task *task, uint32_t index, struct object *object, enum slot_bits kind);

/* RESTART: if the call's slot is emptied before that, it ends in ERR_CAP. Or ERR_BUSY: so many calls are unfinished
 * that work with slots of that leaf. */
enum { BOUND_MAX = 8 };
err_t sys_restart(struct thread *thread);

/* The same. The tree that a long call works in is marked until the call is done, whatever its outcome:
 * that of a frame's mappings, or of a slot's capabilities, of which `cursor` is to be looked at
 * next. */
err_t sys_restart_frame(struct thread *thread, uint32_t frame);
err_t sys_restart_slot(struct thread *thread, const struct slot *slot, const struct node *cursor);
