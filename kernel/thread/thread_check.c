#include "kernel/thread/kernel.h"

void thread_check(struct thread *thread)
{
    const struct thread *caller = AT(struct thread, thread->serving);
    bool linked = thread->state != THREAD_RUNNING && thread->state != THREAD_HELD &&
                  thread->state != THREAD_SERVED;

    assert(thread->state <= THREAD_DEAD);
    assert(!thread->serving || (caller->state == THREAD_SERVED && caller->peer == REF(thread)));
    if (thread->state == THREAD_SERVED)
        assert(AT(struct thread, thread->peer)->serving == REF(thread));
    if (thread->state == THREAD_RECEIVING || slot_is_empty(&thread->receives))
        assert(!thread->serving);
    int32_t direct = thread->direct;
    thread_update_direct(thread);
    assert(direct == thread->direct);
    assert(thread->priority < PRIORITY_COUNT && thread_cpu(thread) < kernel.cpus + kernel.cpu_count);
    if (linked) {
        assert(AT(struct link, thread->link.next)->prev == REF(&thread->link));
        assert(AT(struct link, thread->link.prev)->next == REF(&thread->link));
    }
    assert(frame_at(frame_number(thread->page))->kind == FRAME_MESSAGE);
}
