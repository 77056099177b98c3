#include "kernel/thread/sched.h"

void thread_wake_with(struct thread *thread, err_t status)
{
    thread_detach(thread);
    thread->registers.eax = (uint32_t)status;
    cpu_enqueue(thread, QUEUE_BACK);
}

void thread_end_long_call(struct thread *thread, bool over)
{
    if (thread->revoking)
        *node_mark(AT(struct node, thread->revoking)) &= ~(uint32_t)NODE_REVOKING;
    thread->revoking = thread->reaping = 0;
    if (over && thread->bound.next) {
        link_remove(&thread->bound);
        thread->bound = (struct link){0};
        thread->bound_slot = 0;
    }
}

void thread_cancel_wait(struct thread *thread)
{
    if (thread->state == THREAD_AWAITING_REPLY)
        AT(struct thread, thread->peer)->serving = 0;
    else
        link_remove(&thread->link);
}

void thread_defer_reply(struct thread *server)
{
    struct thread *caller = AT(struct thread, server->serving);

    if (!server->serving)
        return;
    server->serving = 0;
    caller->state = THREAD_REPLY_DEFERRED;
    caller->peer = server->task;
    link_insert_after(REF(&AT(struct task, server->task)->owed), &caller->link);
}

__attribute__((noinline)) void thread_detach(struct thread *thread)
{
    if (thread->state == THREAD_READY)
        cpu_dequeue(thread);
    else if (thread->state >= THREAD_RECEIVING && thread->state <= THREAD_REPLY_DEFERRED)
        thread_cancel_wait(thread);
    thread->state = THREAD_STOPPED;
    thread->faulting = 0;
    thread_update_direct(thread);
}

void thread_destroy_begin(struct thread *thread)
{
    if (thread->state == THREAD_DEAD) {
        link_remove(&thread->link); /* moves in front of its task, which is destroyed now, too */
    } else {
        thread_detach(thread);
        thread_end_long_call(thread, true);
        thread->restarting = 0;
        thread_defer_reply(thread);
        cpu_stop_running(thread);
        thread->state = THREAD_DEAD;
    }
    link_insert_after(REF(&kernel.destroying), &thread->link);
}

void thread_use_fpu(struct thread *thread)
{
    arch_fpu_init(thread->fpu);
    thread->uses_fpu = 1;
    thread_update_direct(thread);
    arch_fpu_allow(true);
    arch_fpu_load(thread->fpu);
    thread_cpu(thread)->fpu_allowed = true;
    thread_cpu(thread)->floor = thread->cpu + PRIORITY_COUNT;
}
