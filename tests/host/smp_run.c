#include "tests/host/smp_run.h"

#include "kernel/audit/audit.h"
#include "kernel/sys/event.h"
#include "tests/host/check.h"
#include "tests/host/random_calls.h"
#include "tests/model/invariants.h"
#include "tests/model/objects.h"
#include "tests/model/processors.h"
#include "tests/model/system_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

enum {
    CPUS = 3,
    AUDIT_EVERY = 7,
};

struct smp_counts smp_counts;

static struct thread *init;
static uint32_t inside; /* bit i: processor i is in the kernel, and uses this program's stack */
static jmp_buf left[CPUS];

_Noreturn void violation(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    abort();
}

/* ---------------------------------------------------------------------------------- what calls promise */

static uint32_t ticks_due; /* bit i: processor i had something to run when the first one got the tick */

static void check_ticks_were_sent(void)
{
    if (ticks_due & ~pending.ticks)
        violation("the tick was not sent to the processors 0x%x", ticks_due & ~pending.ticks);
    ticks_due = 0;
}

/* Calls of thread_stop that have not returned yet. */
static struct stop {
    struct thread *stopper, *target;
    const struct slot *slot;
} stops[16];
static unsigned stops_count;

static bool names(const struct slot *slot, const struct thread *thread)
{
    return slot->object & SLOT_THREAD && !(slot->object & SLOT_RANGE) && slot_object(slot) == REF(thread);
}

static const struct slot *called_slot(const struct thread *caller)
{
    return cspace_slot(&thread_task(caller)->cspace, caller->registers.eax >> SLOT_SHIFT);
}

static void expect_stop(struct thread *stopper)
{
    const struct slot *slot = called_slot(stopper);
    struct thread *target = AT(struct thread, slot_object(slot));

    if (names(slot, target) && stops_count < sizeof stops / sizeof *stops)
        stops[stops_count++] = (struct stop){stopper, target, slot};
}

/* ERR_STATE: whether the call reads or writes the state of a running thread. */
static bool must_be_refused(const struct thread *caller, unsigned number)
{
    const struct slot *slot = called_slot(caller);
    const struct thread *target = AT(struct thread, slot_object(slot));

    return (number == SYS_thread_read || number == SYS_thread_write) && names(slot, target) &&
           target->state == THREAD_RUNNING;
}

/* When thread_stop returns, the thread does not run, unless somebody has resumed it. */
static void check_stop(const struct stop *stop)
{
    if (stop->stopper->registers.eax || !names(stop->slot, stop->target) || !stop->target->stopped)
        return;
    if (stop->target->state == THREAD_RUNNING && stop->target != stop->stopper)
        violation("thread_stop returned, and the thread runs");
}

static void check_stops(void)
{
    for (unsigned i = 0; i < stops_count;) {
        const struct thread *stopper = stops[i].stopper;
        if (stopper->restarting && stopper->state != THREAD_DEAD) {
            i++;
            continue;
        }
        if (stopper->state == THREAD_RUNNING || stopper->state == THREAD_READY)
            check_stop(&stops[i]);
        stops[i] = stops[--stops_count];
    }
}

static void lock_is_given_away(void)
{
    processors_check();
    check_ticks_were_sent();
    check_stops();
    invariants_check_processors();
    processors_fill_tlbs();
}

static void check_everything(void)
{
    audit_kernel();
    invariants_check_objects();
}

/* ---------------------------------------------------------------------------------- events */

struct event {
    enum { CALL, FAULT, STEP, STALE, RESCHEDULE, TICK, INTERRUPT } kind;
    uint32_t argument; /* the call's number, the address, or the line */
};

static struct thread *interrupt(uint32_t line)
{
    struct thread *interrupted = processor_interrupted();

    for (unsigned i = 1; i < CPUS && line == IRQ_TICK; i++)
        ticks_due |= thread_on(i) || kernel.cpus[i].ready_mask ? 1u << i : 0;
    return event_interrupt(interrupted, line);
}

static struct thread *enter(struct event event)
{
    struct thread *thread = thread_on(host_cpu);

    switch (event.kind) {
    case CALL:
        return host_system_call(thread, event.argument);
    case FAULT:
        return event_fault(thread, event.argument);
    case STEP:
        return thread_choose();
    case STALE:
        return event_stale(thread);
    case RESCHEDULE:
        pending.reschedules &= (uint8_t) ~(1 << host_cpu);
        return event_reschedule(processor_interrupted());
    case TICK:
        pending.ticks &= (uint8_t) ~(1 << host_cpu);
        return event_tick(processor_interrupted());
    default:
        return interrupt(event.argument);
    }
}

static void check_next(unsigned cpu, const struct thread *next)
{
    CHECK(host_cpu == cpu && next == thread_on(cpu));
    CHECK(!next || (next->state == THREAD_RUNNING && next->cpu == REF(&kernel.cpus[cpu])));
}

/* Delivers the event as the kernel's entries do, to its end or to a step at which its processor leaves it. */
static void deliver(struct event event)
{
    unsigned cpu = host_cpu;

    inside |= 1u << cpu;
    pending.between_steps &= (uint8_t) ~(1 << cpu);
    if (setjmp(left[cpu]) == 0) {
        check_next(cpu, enter(event));
        tlb_sync();
        lock_is_given_away();
    } else {
        host_cpu = cpu;
        smp_counts.left++;
    }
    inside &= ~(1u << cpu);
}

static void step_on(unsigned cpu);

/* Between two steps. The event is either left, as an interrupt begins on an empty stack; or other processors continue
 * first, and this returns. */
static void at_preemption_point(void)
{
    unsigned self = host_cpu;

    pending.between_steps |= (uint8_t)(1 << self);
    lock_is_given_away();
    if (random_below(8) == 0)
        check_everything();
    if (random_below(2))
        longjmp(left[self], 1);
    for (unsigned i = random_below(4); i > 0; i--) {
        unsigned cpu = random_below(CPUS);
        if (inside >> cpu & 1)
            continue;
        smp_counts.nested++;
        step_on(cpu);
    }
    host_cpu = self;
    pending.between_steps &= (uint8_t) ~(1 << self);
}

/* ---------------------------------------------------------------------------------- what happens next */

static void call(struct thread *thread)
{
    unsigned number = thread->registers.eax & SYSCALL_NUMBER, cpu = host_cpu;
    bool refused = must_be_refused(thread, number);

    if (number == SYS_thread_stop)
        expect_stop(thread);
    deliver((struct event){CALL, number});
    if (thread_on(cpu) != thread)
        return;
    random_call_returned(number, thread);
    if (refused && thread->registers.eax == OK)
        violation("the state of a thread that runs was read or written");
}

static void fault(struct thread *thread)
{
    enum { VECTOR_FPU = 7 };
    uint32_t address = random_fault(thread);

    if (thread->registers.vector == VECTOR_FPU)
        processor_use_fpu(thread);
    else
        deliver((struct event){FAULT, address});
}

static uint32_t
    segments[HOST_FRAMES << (PAGE_BITS - THREAD_SHIFT)]; /* what each thread, by its cell, has put into fs and gs */

static void begin_segments(struct registers *registers)
{
    segments[(REF(registers) - offsetof(struct thread, registers)) >> THREAD_SHIFT] = 0;
}

/* fs and gs are as the thread left them, whatever happened in between. */
static void use_segments(struct thread *thread)
{
    uint32_t *found = &processors[host_cpu].segments, *expected = &segments[REF(thread) >> THREAD_SHIFT];

    if (*found != *expected)
        violation("thread %x finds %x in fs and gs, not %x", REF(thread), *found, *expected);
    *found = *expected = random_below(UINT32_MAX);
}

/* A thread that uses the FPU is never switched to directly, so init seldom uses it. */
static void thread_step(struct thread *thread)
{
    use_segments(thread);
    if (random_below(60) == 0)
        fault(thread);
    else if (random_below(thread == init ? 4000 : 40) == 0)
        processor_use_fpu(thread);
    else if (random_below(20) == 0)
        processor_write(thread, random_page());
    else if (random_call(thread, init))
        call(thread);
}

static uint32_t any_line(void)
{
    return random_below(4) ? IRQ_TICK : random_below(IRQ_COUNT);
}

/* A random one, except init, which stays on the first processor. */
static struct thread *any_thread_that_waits(void)
{
    unsigned skip = random_below(8);
    struct thread *found = init;

    FOR_THREADS(t)
    {
        if (t == init || !random_waits(t))
            continue;
        found = t;
        if (skip-- == 0)
            return found;
    }
    return found;
}

/* No thread can run here, so the wait of one is ended. */
static void idle_step(unsigned cpu)
{
    struct thread *woken = cpu == 0 && random_waits(init) ? init : any_thread_that_waits();

    if (random_below(3) && (woken != init || cpu == 0))
        random_wake(woken, cpu);
    deliver(cpu == 0 ? (struct event){INTERRUPT, any_line()} : (struct event){RESCHEDULE, 0});
}

/* Whether an interrupt that is pending arrives now. */
static bool is_interrupted(unsigned cpu)
{
    if (pending.reschedules >> cpu & 1 && random_below(2))
        deliver((struct event){RESCHEDULE, 0});
    else if (pending.ticks >> cpu & 1 && random_below(2))
        deliver((struct event){TICK, 0});
    else if (cpu == 0 && random_below(40) == 0)
        deliver((struct event){INTERRUPT, any_line()});
    else
        return false;
    return true;
}

/* Seldom, as the object of the call may be gone before the next step. */
static void step_of_long_call(void)
{
    if (random_below(8) == 0)
        deliver((struct event){STEP, 0});
}

static void step_on(unsigned cpu)
{
    struct thread *thread = thread_on(cpu);

    host_cpu = cpu;
    if (is_interrupted(cpu))
        return;
    if (pending.between_steps >> cpu & 1)
        step_of_long_call();
    else if (!thread)
        idle_step(cpu);
    else if (thread->state != THREAD_RUNNING)
        deliver((struct event){STALE, 0});
    else
        thread_step(thread);
}

/* ---------------------------------------------------------------------------------- runs */

/* A thread of init's task, which can do everything that init can. */
static void make_worker(unsigned cpu)
{
    const uint32_t slot = WORLD_THREAD + cpu, address = PAGE_SIZE * cpu;
    const uint32_t birth[4] = {slot, (PRIORITY_COUNT - 1) << 16 | cpu << 24, address, 0}, none[4] = {0};

    CHECK(world_call(init, SYS_thread_create | WORLD_TASK << SLOT_SHIFT, birth) == OK);
    CHECK(world_call(init, SYS_thread_resume | slot << SLOT_SHIFT, none) == OK);
}

static void begin(void)
{
    memset(&pending, 0, sizeof pending);
    inside = ticks_due = stops_count = 0;
    host_cpu = 0;
    host_thread_begins = begin_segments;
    init = world_boot();
    kernel.cpu_count = CPUS;
    processors_rest();
    for (unsigned cpu = 1; cpu < CPUS; cpu++)
        make_worker(cpu);
    host_preemption_point = at_preemption_point;
    processors_write_until_told = true;
}

static void end(void)
{
    host_preemption_point = NULL;
    host_cpu = 0;
    check_everything();
    if (frame_at(WORLD_FREE)->kind == FRAME_TASK)
        object_destroy_begin(frame_ref(WORLD_FREE) | SLOT_TASK);
    for (unsigned i = 0; i < 1000000 && !list_is_empty(&kernel.destroying); i++) {
        processors_forget_the_dead();
        object_reap_step();
        tlb_sync();
        processors_check();
    }
    world_end();
}

void smp_run(unsigned steps, bool (*may_continue)(void))
{
    begin();
    for (unsigned i = 0; i < steps && may_continue() && !random_run_is_over(init); i++) {
        step_on(random_below(CPUS));
        if (i % AUDIT_EVERY == 0)
            check_everything();
        smp_counts.steps++;
    }
    end();
}
