/* Control of threads. */
#include "kernel/sys/sys.h"

static err_t find_thread(struct thread *thread, struct thread **found)
{
    struct slot *slot;
    err_t err = sys_find(thread, sys_slot(thread), SLOT_THREAD, RIGHT_CONTROL, &slot);

    if (!err)
        *found = AT(struct thread, slot_object(slot));
    return err;
}

err_t sys_thread_resume(struct thread *thread)
{
    struct thread *target;
    err_t err = find_thread(thread, &target);

    if (err)
        return err;
    target->stopped = 0;
    thread_update_direct(target);
    if (target->state == THREAD_STOPPED)
        cpu_enqueue(target, QUEUE_BACK);
    return OK;
}

err_t sys_thread_stop(struct thread *thread)
{
    struct thread *target;
    err_t err = find_thread(thread, &target);

    if (err)
        return err;
    target->stopped = 1;
    thread_update_direct(target);
    if (target->state == THREAD_RUNNING) {
        cpu_reschedule(thread_cpu(target));
        return target == thread ? OK : sys_restart(thread); /* until its processor has stopped it */
    }
    thread_end_long_call(target, false);
    if (target->state == THREAD_READY)
        thread_detach(target);
    return OK;
}

/* For thread_read and thread_write, which have the same argument: finds a thread whose state can be read or written.
 * ERR_STATE: it runs or is in a long call. */
static err_t find_not_running(struct thread *thread, struct thread **target)
{
    err_t err = sys_thread_read_what(thread) > THREAD_FPU ? ERR_ARG : find_thread(thread, target);

    if (err)
        return err;
    return (*target)->state == THREAD_RUNNING || (*target)->restarting || (*target)->reaping ? ERR_STATE : OK;
}

err_t sys_thread_read(struct thread *thread)
{
    struct message_page *page = thread_page(thread);
    struct thread *target;
    err_t err = find_not_running(thread, &target);

    if (err)
        return err;
    if (sys_thread_read_what(thread) == THREAD_REGISTERS)
        arch_registers_get(&target->registers, (struct thread_registers *)page->state);
    else if (!target->uses_fpu)
        return ERR_ABSENT;
    else
        __builtin_memcpy(page->state, target->fpu, FPU_BYTES);
    return OK;
}

err_t sys_thread_write(struct thread *thread)
{
    const struct message_page *page = thread_page(thread);
    struct thread *target;
    err_t err = find_not_running(thread, &target);

    if (err)
        return err;
    if (sys_thread_write_what(thread) == THREAD_REGISTERS) {
        arch_registers_set(&target->registers, (const struct thread_registers *)page->state);
        target->written = target->state > THREAD_RUNNING; /* it waits */
    } else {
        __builtin_memcpy(target->fpu, page->state, FPU_BYTES);
        arch_fpu_sanitise(target->fpu);
        target->uses_fpu = 1;
    }
    thread_update_direct(target);
    return OK;
}

err_t sys_thread_schedule(struct thread *thread)
{
    uint32_t priority = sys_thread_schedule_priority(thread), cpu = sys_thread_schedule_cpu(thread);
    struct thread *target;

    if (priority > thread->priority || !cpu_is_valid(cpu))
        return ERR_ARG;
    err_t err = find_thread(thread, &target);
    if (err)
        return err;
    bool ready = target->state == THREAD_READY;
    if (ready)
        cpu_dequeue(target);
    target->priority = (uint8_t)priority;
    target->home = cpu_ref(cpu);
    if (target->state == THREAD_RUNNING)
        cpu_reschedule(thread_cpu(target));
    else if (target->home)
        target->cpu = target->home;
    thread_update_direct(target);
    if (ready)
        cpu_enqueue(target, QUEUE_BACK);
    return OK;
}

err_t sys_thread_yield(struct thread *thread)
{
    thread->registers.eax = OK;
    cpu_enqueue(thread, QUEUE_BACK);
    return BLOCKED;
}
