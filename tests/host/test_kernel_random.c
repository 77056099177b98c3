/*
 * The kernel's real core, driven by random system calls, faults and interrupts of the threads that it chooses to run;
 * the audit runs all the time. Long calls do four nodes a step, and an interrupt may come between steps. At the end
 * init's task is destroyed, and every frame must be memory again.
 * defines: HOST_STEP_NODES=4
 * sources: kernel-core tests/host/kernel_world.c tests/host/random_calls.c
 */
#include "kernel/audit/audit.h"
#include "kernel/sys/event.h"
#include "tests/host/check.h"
#include "tests/host/random_calls.h"
#include "tests/model/system_call.h"

#include <setjmp.h>

enum {
    STEPS = 150000,
    AUDIT_EVERY = 7,
};

static struct thread *current;

/* An event, which an interrupt may leave unfinished. */
struct event {
    enum { CALL, FAULT, INTERRUPT } kind;
    uint32_t argument; /* the call's number, the address, or the line */
};

static jmp_buf abandoned;
static uint32_t abandonments;

static void at_preemption_point(void)
{
    if (random_below(8) == 0)
        audit_kernel();
    if (random_below(3) == 0)
        longjmp(abandoned, 1);
}

static struct thread *handle(struct thread *thread, struct event event)
{
    switch (event.kind) {
    case CALL:
        return host_system_call(thread, event.argument);
    case FAULT:
        return event_fault(thread, event.argument);
    default:
        return event_interrupt(thread, event.argument);
    }
}

static void deliver(struct event event)
{
    if (setjmp(abandoned) == 0) {
        current = handle(current, event);
        return;
    }
    abandonments++;
    deliver((current = NULL, (struct event){INTERRUPT, random_below(IRQ_COUNT)}));
}

static void call(void)
{
    struct thread *caller = current;
    unsigned number = current->registers.eax & SYSCALL_NUMBER;

    deliver((struct event){CALL, number});
    if (current == caller)
        random_call_returned(number, caller);
}

static void idle_step(struct thread *init)
{
    deliver((struct event){INTERRUPT, random_below(IRQ_COUNT)});
    if (current)
        return;
    random_wake(init, 0);
    deliver((struct event){INTERRUPT, random_below(IRQ_COUNT)});
}

static void step(struct thread *init)
{
    if (!current)
        idle_step(init);
    else if (random_below(40) == 0)
        deliver((struct event){INTERRUPT, random_below(4) ? IRQ_TICK : random_below(IRQ_COUNT)});
    else if (random_below(60) == 0)
        deliver((struct event){FAULT, random_fault(current)});
    else if (random_call(current, init))
        call();
}

/* One run from boot until init is destroyed or blocked for ever. */
static unsigned run(unsigned steps)
{
    unsigned done = 0;

    struct thread *init = current = world_boot();
    host_preemption_point = at_preemption_point;
    for (; done < steps && !random_run_is_over(init); done++) {
        step(init);
        if (done % AUDIT_EVERY == 0)
            audit_kernel();
    }
    audit_kernel();
    host_preemption_point = NULL;
    world_end();
    return done + 1;
}

int main(void)
{
    unsigned steps = 0, runs = 0;

    for (; steps < STEPS; runs++)
        steps += run(4000);
    random_calls_check();
    printf("test_kernel_random: %u steps in %u runs, %u interrupted\n", steps, runs, abandonments);
}
