/*
 * A thread is stopped from another processor while it enters a call that makes it ready again: it must not continue
 * (T3). Found by tests/explore, world smp.
 * sources: kernel-core tests/host/kernel_world.c
 */
#include "kernel/sys/event.h"
#include "tests/host/check.h"
#include "tests/host/kernel_world.h"

#include <setjmp.h>

enum { SLOT_OTHER = 20 };
static jmp_buf between;

static void leave(void)
{
    longjmp(between, 1);
}

/* True if the call was left between two steps. */
static bool call_on(unsigned cpu, struct thread *thread, uint32_t head)
{
    host_cpu = cpu;
    host_preemption_point = leave;
    if (setjmp(between))
        return true;
    world_syscall(thread, head, (const uint32_t[4]){0});
    return false;
}

int main(void)
{
    struct thread *init = world_boot();
    struct task *task = AT(struct task, init->task);

    kernel.cpu_count = 2;
    CHECK(world_call(init, SYS_thread_create | WORLD_TASK << SLOT_SHIFT,
                     (const uint32_t[4]){SLOT_OTHER, 31 << 16 | 1u << 24, 0x20000, 0}) == OK);
    CHECK(world_call(init, SYS_thread_resume | SLOT_OTHER << SLOT_SHIFT, (const uint32_t[4]){0}) == OK);
    struct thread *other = AT(struct thread, slot_object(cspace_slot(&task->cspace, SLOT_OTHER)));
    host_cpu = 1;
    CHECK(event_reschedule(NULL) == other);

    /* init begins to stop it; it destroys init; the reschedule IPI finds it waiting for its end. */
    CHECK(call_on(0, init, SYS_thread_stop | SLOT_OTHER << SLOT_SHIFT));
    CHECK(other->state == THREAD_RUNNING && other->stopped);
    CHECK(call_on(1, other, SYS_object_destroy | WORLD_THREAD << SLOT_SHIFT));
    host_preemption_point = NULL;
    struct thread *runs = event_reschedule(NULL);
    printf("processor 1 runs %s, held %u\n", runs == other ? "the stopped thread" : "nobody", other->stopped);
    CHECK(runs != other);
    printf("test_stop_race: ok\n");
}
