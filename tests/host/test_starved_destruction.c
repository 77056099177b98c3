/*
 * Destroying continues whatever runs: a reaper that is never scheduled delays no other thread, an idle processor helps,
 * and a processor in the middle of a long call gets ticks.
 * defines: HOST_STEP_NODES=4
 * sources: kernel-core tests/host/kernel_world.c tests/host/two_processors.c
 */
#include "kernel/sys/event.h"
#include "tests/host/check.h"
#include "tests/host/two_processors.h"

enum { LOW = 11, HIGH, ENDPOINT = 20, CHILDREN = 30, MANY = 60, TICKS = 200 };

static bool high_is_ready, had_tick;

/* Between steps of the low thread's call on processor 1. */
static void at_preemption_point(void)
{
    if (host_cpu != 1 || high_is_ready)
        return;
    host_cpu = 0;
    event_interrupt(first, IRQ_TICK);
    had_tick = host_ticked & 1u << 1;
    CHECK(FIRST(SYS_thread_resume, HIGH, 0) == OK);
    host_cpu = 1;
    high_is_ready = true;
}

static struct thread *make(uint32_t slot, uint32_t priority, uint32_t page)
{
    CHECK(FIRST(SYS_thread_create, WORLD_TASK, slot, priority << 16 | 1 << 24, page) == OK);
    return AT(struct thread, slot_object(cspace_slot(&AT(struct task, first->task)->cspace, slot)));
}

/* The low thread destroys an object with many capabilities, and never runs again, as the high thread computes for
 * ever. */
static struct thread *begin(void)
{
    const uint32_t none[4] = {0};

    pair_boot();
    CHECK(FIRST(SYS_endpoint_create, 0, ENDPOINT) == OK);
    for (uint32_t i = 0; i < MANY; i++)
        CHECK(FIRST(SYS_cap_derive, ENDPOINT, CHILDREN + i, RIGHT_CALL) == OK);
    struct thread *low = make(LOW, 5, 0xa000), *high = make(HIGH, 20, 0xb000);
    CHECK(FIRST(SYS_thread_resume, LOW, 0) == OK);
    host_cpu = 1;
    CHECK(world_syscall(second, SYS_thread_stop | PAIR_SECOND << SLOT_SHIFT, none) == low);
    high_is_ready = had_tick = false;
    host_preemption_point = at_preemption_point;
    CHECK(world_syscall(low, SYS_object_destroy | ENDPOINT << SLOT_SHIFT, none) == high);
    host_preemption_point = NULL;
    CHECK(had_tick && low->reaping && !list_is_empty(&kernel.destroying));
    return high;
}

static void end(struct thread *high)
{
    host_cpu = 1;
    struct thread *low = world_syscall(high, SYS_thread_stop | HIGH << SLOT_SHIFT, (const uint32_t[4]){0});
    CHECK(low && !low->reaping && low->registers.eax == OK);
    CHECK(!world_syscall(low, SYS_thread_stop | LOW << SLOT_SHIFT, (const uint32_t[4]){0}));
    host_cpu = 0;
    world_end();
}

/* One step is taken at each tick of the processor that computes. */
static void ticks_are_enough(void)
{
    struct thread *high = begin();

    host_cpu = 1;
    for (unsigned i = 0; i < TICKS && !list_is_empty(&kernel.destroying); i++)
        CHECK(event_tick(high) == high);
    CHECK(list_is_empty(&kernel.destroying));
    end(high);
}

static void an_idle_processor_helps(void)
{
    struct thread *high = begin();

    host_cpu = 0;
    CHECK(!world_syscall(first, SYS_thread_stop | WORLD_THREAD << SLOT_SHIFT, (const uint32_t[4]){0}));
    CHECK(list_is_empty(&kernel.destroying));
    CHECK(event_reschedule(NULL) == NULL);
    first->stopped = 0;
    cpu_enqueue(first, QUEUE_BACK);
    CHECK(event_reschedule(NULL) == first);
    end(high);
}

int main(void)
{
    ticks_are_enough();
    an_idle_processor_helps();
    puts("test_starved_destruction: it continues");
}
