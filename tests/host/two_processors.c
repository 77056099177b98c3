#include "tests/host/two_processors.h"

#include "kernel/audit/audit.h"
#include "kernel/sys/event.h"
#include "tests/host/check.h"

struct thread *first, *second;
void (*pair_between)(unsigned step);
static unsigned steps;

static void at_preemption_point(void)
{
    audit_kernel();
    if (host_cpu == 0 && pair_between)
        pair_between(steps++);
}

int32_t pair_call(struct thread *thread, uint32_t number, uint32_t slot, const uint32_t arguments[4])
{
    unsigned before = host_cpu;

    host_cpu = thread == second;
    CHECK(world_syscall(thread, number | slot << SLOT_SHIFT, arguments) == thread);
    host_cpu = before;
    return (int32_t)thread->registers.eax;
}

void pair_boot(void)
{
    host_cpu = 0;
    first = world_boot();
    kernel.cpu_count = 2;
    CHECK(FIRST(SYS_thread_create, WORLD_TASK, PAIR_SECOND, 31 << 16 | 1 << 24, 0x9000) == OK);
    CHECK(FIRST(SYS_thread_resume, PAIR_SECOND, 0) == OK);
    host_cpu = 1;
    second = event_reschedule(NULL);
    CHECK(second && second != first);
    host_cpu = 0;
    steps = 0;
    pair_between = NULL;
    host_preemption_point = at_preemption_point;
}

void pair_end(void)
{
    host_preemption_point = NULL;
    host_cpu = 1;
    CHECK(!world_syscall(second, SYS_thread_stop | PAIR_SECOND << SLOT_SHIFT, (const uint32_t[4]){0}));
    host_cpu = 0;
    world_end();
}
