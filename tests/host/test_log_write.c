/*
 * log_write while the log's port is slow: the call copies its text once, and restarts, with interrupts let in between,
 * until the text has been sent. And the kernel's own lines are sent like others.
 *
 * sources: kernel-core tests/host/kernel_world.c
 */
#include "kernel/lib/log.h"
#include "kernel/sys/event.h"
#include "tests/host/check.h"
#include "tests/host/kernel_world.h"

enum { BYTES = 100, STEPS = 5, ENDPOINT = 20, RECEIVER = 21, BIT = 4 };

static struct thread *init;
static unsigned breaths;

static void at_preemption_point(void)
{
    if (++breaths == STEPS)
        host_log.full = false;
    else if (breaths == 2 * STEPS)
        host_log.busy = false;
    CHECK(host_log.bytes == (breaths > STEPS ? BYTES : 0));
}

static err_t log_write(uint32_t bytes)
{
    return world_call(init, SYS_log_write | WORLD_LOG << SLOT_SHIFT, (const uint32_t[4]){bytes, 1});
}

static void begin(void)
{
    init = world_boot();
    host_log = (struct host_log){0};
    breaths = 0;
}

static void text_is_taken_once(void)
{
    begin();
    host_log.full = host_log.busy = true;
    host_preemption_point = at_preemption_point;
    CHECK(log_write(BYTES) == OK);
    host_preemption_point = NULL;
    CHECK(breaths == 2 * STEPS && host_log.bytes == BYTES && kernel.irq_counts[IRQ_LOG] == 1);
    CHECK(log_write(BYTES) == OK);
    CHECK(breaths == 2 * STEPS && host_log.bytes == 2 * BYTES && kernel.irq_counts[IRQ_LOG] == 2);
    world_end();
}

static void delete_the_capability(void)
{
    if (++breaths == STEPS)
        slot_empty(cspace_slot(&thread_task(init)->cspace, WORLD_LOG));
}

static void delete_and_go_on(void)
{
    delete_the_capability();
    if (breaths == 2 * STEPS)
        host_log.busy = false;
}

static void nothing_is_taken_after_the_capability(void)
{
    begin();
    host_log.full = true;
    host_preemption_point = delete_the_capability;
    CHECK(log_write(BYTES) == ERR_CAP);
    host_preemption_point = NULL;
    CHECK(breaths == STEPS && host_log.bytes == 0);
    host_log.full = false;
    world_end();
}

/* The call's text has been copied: it succeeds, though its capability is gone. */
static void a_taken_text_is_not_refused(void)
{
    begin();
    host_log.busy = true;
    host_preemption_point = delete_and_go_on;
    CHECK(log_write(BYTES) == OK);
    host_preemption_point = NULL;
    CHECK(breaths == 2 * STEPS && host_log.bytes == BYTES && kernel.irq_counts[IRQ_LOG] == 1);
    CHECK(log_write(BYTES) == ERR_CAP && host_log.bytes == BYTES);
    world_end();
}

static void the_tick_carries_on(void)
{
    begin();
    unsigned steps = host_log.steps;
    event_interrupt(init, IRQ_TICK);
    CHECK(host_log.steps == steps + 1);
    world_end();
}

/* For NMIs, and for a thread that faults without a handler. */
static void own_lines_are_told(void)
{
    begin();
    kernel.nmis = 1;
    event_interrupt(init, IRQ_TICK);
    CHECK(host_log.bytes > 0 && kernel.irq_counts[IRQ_LOG] == 1 && kernel.nmis == 0);
    event_interrupt(init, IRQ_TICK);
    CHECK(kernel.irq_counts[IRQ_LOG] == 1); /* once */
    init->registers.vector = 13;
    event_fault(init, 0);
    CHECK(kernel.irq_counts[IRQ_LOG] == 2);
    world_end();
}

int main(void)
{
    text_is_taken_once();
    nothing_is_taken_after_the_capability();
    a_taken_text_is_not_refused();
    the_tick_carries_on();
    own_lines_are_told();
    puts("test_log_write: texts are copied once, sent, and no wait has interrupts off");
}
