#include "kernel/thread/kernel.h"

void thread_check(struct thread *thread)
{
    bool waits = thread->state == THREAD_RECEIVING || thread->state == THREAD_CALLING ||
                 thread->state == THREAD_AWAITING;

    assert(thread->state <= THREAD_DEAD);
    assert(waits == (thread->peer != 0));
    int32_t direct = thread->direct;
    thread_update_direct(thread);
    assert(direct == thread->direct);
    assert(thread->priority < PRIORITY_COUNT && thread_cpu(thread) < kernel.cpus + kernel.cpu_count);
    if (thread->state != THREAD_RUNNING && thread->state != THREAD_HELD) {
        assert(AT(struct link, thread->link.next)->prev == REF(&thread->link));
        assert(AT(struct link, thread->link.prev)->next == REF(&thread->link));
    }
    assert(frame_at(frame_number(thread->page))->kind == FRAME_MESSAGE);
}
