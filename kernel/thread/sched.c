/* Scheduling: ready queues, choosing the next thread, switching to it. */
#include "kernel/thread/sched.h"

OUT_OF_LINE void cpu_init(struct cpu *cpu)
{
    for (unsigned p = 0; p < PRIORITY_COUNT; p++)
        list_init(&cpu->ready[p]);
}

static void update_floor(struct cpu *cpu)
{
    int top = cpu_ready_top(cpu);
    uint32_t lowest = top < 0 ? 0 : (uint32_t)top + (cpu->quantum_over >> top & 1);

    cpu->floor = REF(cpu) + (cpu->current && AT(struct thread, cpu->current)->uses_fpu ? PRIORITY_COUNT : lowest);
}

/* Saves the running thread's fs, gs and FPU state, so that it can run on another processor next, and loads the FPU
 * state of `to`, if it uses the FPU. `to` may be null. */
static void switch_state(struct cpu *cpu, struct thread *to)
{
    struct thread *from = AT(struct thread, cpu->current); /* not used if that is 0 */
    bool use = to && to->uses_fpu;

    if (cpu->current)
        arch_segments_save(&from->registers);
    if (cpu->current && from->uses_fpu && from != to)
        arch_fpu_save(from->fpu);
    if (from == to && use == cpu->fpu_allowed)
        return;
    if (use != cpu->fpu_allowed)
        arch_fpu_allow(use);
    cpu->fpu_allowed = use;
    if (use)
        arch_fpu_load(to->fpu);
}

/* Afterwards the processor runs no thread. The caller sets the state of the one that ran. */
static void deschedule(struct cpu *cpu)
{
    switch_state(cpu, NULL);
    cpu->current = 0;
}

void preemption_point(void)
{
    deschedule(cpu_here());
    tlb_sync();
    arch_preemption_point();
}

void cpu_reschedule(struct cpu *cpu)
{
    cpu->reschedule = true;
    if (kernel.cpu_count > 1 && cpu != cpu_here())
        arch_reschedule((unsigned)(cpu - kernel.cpus));
}

/* Changes the processor of a thread that is about to become ready. If the thread is still `current`, then of this
 * processor. */
static __attribute__((noinline)) void move(struct thread *thread, ref_t to)
{
    if (cpu_runs(thread)) {
        assert(thread_cpu(thread) == cpu_here());
        deschedule(cpu_here());
    }
    thread->cpu = to;
    thread_update_direct(thread);
}

/* Moves a thread to its home or, if it has none, to this processor, which makes it ready. */
ALWAYS_INLINE void migrate(struct thread *thread)
{
    ref_t to = thread->home ? thread->home : REF(cpu_here());

    if (to != thread->cpu)
        move(thread, to);
}

void cpu_enqueue(struct thread *thread, enum queue_end end)
{
    assert(arch_lock_held());
    if (thread->stopped) {
        thread_end_long_call(thread, false);
        thread->state = THREAD_STOPPED;
        return;
    }
    if (thread->written) {
        thread->written = 0;
        thread_update_direct(thread);
    }
    if (thread->cpu != thread->home)
        migrate(thread);
    struct cpu *cpu = thread_cpu(thread);
    struct list *queue = &cpu->ready[thread->priority];

    if (cpu->quantum_over >> thread->priority & 1)
        end = QUEUE_BACK;
    thread->state = THREAD_READY;
    link_insert_after(end == QUEUE_FRONT ? REF(queue) : queue->last, &thread->link);
    cpu->ready_mask |= 1u << thread->priority;
    update_floor(cpu);
    if (!cpu->current || AT(struct thread, cpu->current)->priority < thread->priority)
        cpu_reschedule(cpu);
}

void cpu_dequeue(struct thread *thread)
{
    struct cpu *cpu = thread_cpu(thread);

    assert(arch_lock_held() && thread->state == THREAD_READY);
    if (cpu->quantum_over && cpu->ready[thread->priority].first == REF(&thread->link))
        cpu->quantum_over &= ~(1u << thread->priority);
    link_remove(&thread->link);
    if (list_is_empty(&cpu->ready[thread->priority]))
        cpu->ready_mask &= ~(1u << thread->priority);
    update_floor(cpu);
}

/* At a tick: the first thread of this queue is to run next in its priority, unless it still has patience. */
static void end_quantum(struct cpu *cpu, unsigned priority)
{
    struct thread *first = thread_of_link(cpu->ready[priority].first);

    if (first->patience)
        first->patience--;
    else
        cpu->quantum_over |= 1u << priority;
}

struct thread *cpu_tick(struct thread *thread)
{
    struct cpu *cpu = thread_cpu(thread);

    for (uint32_t levels = cpu->ready_mask; levels; levels &= levels - 1)
        end_quantum(cpu, (unsigned)__builtin_ctz(levels));
    update_floor(cpu);
    if (!list_is_empty(&kernel.destroying))
        object_reap_step(); /* even if the running thread never lets a reaper run */
    if (thread->state != THREAD_RUNNING)
        return thread_choose();
    thread->patience = 0;
    if (cpu_ready_top(cpu) < (int)thread->priority || !(cpu->quantum_over >> thread->priority & 1))
        return thread_continue(thread); /* its quantum is not over */
    cpu_enqueue(thread, QUEUE_BACK);
    return thread_choose();
}

void cpu_tick_in_kernel(void)
{
    struct cpu *cpu = cpu_here();
    int top = cpu_ready_top(cpu);

    if (top < 0)
        return;
    struct thread *thread = thread_of_link(cpu->ready[top].first);
    if (!thread->restarting && !thread->reaping)
        return;
    cpu_dequeue(thread);
    cpu_enqueue(thread, QUEUE_BACK);
}

void cpu_stop_running(struct thread *thread)
{
    struct cpu *cpu = thread_cpu(thread);

    if (!cpu_runs(thread))
        return;
    cpu_reschedule(cpu);
    if (cpu == cpu_here())
        cpu->current = 0;
}

static void switch_to(struct cpu *cpu, struct thread *thread)
{
    switch_state(cpu, thread);
    thread_switch(cpu, thread);
    update_floor(cpu);
    cpu->reschedule = false;
}

/* Prepares the processor to halt: no thread, the kernel's own space. */
static void idle(struct cpu *cpu)
{
    deschedule(cpu);
    if (cpu->space)
        arch_space_leave();
    cpu->space = 0;
    cpu->floor = REF(cpu);
    cpu->reschedule = false;
}

/* Whether this processor takes a step of destruction instead of running `thread`, the next one: if that is a reaper, or
 * null, as an idle processor helps. If nothing is left to be destroyed, it ends the reaper's call. */
static bool must_reap(struct thread *thread)
{
    if (thread && !thread->reaping)
        return false;
    bool destroying = !list_is_empty(&kernel.destroying);
    if (thread && !destroying)
        thread_end_long_call(thread, true);
    return destroying;
}

/* Whether the running thread may continue: it is not stopped, its home is no other processor, and no thread of higher
 * priority is ready. If it may not, it becomes stopped or ready. */
static bool may_continue(struct cpu *cpu, struct thread *thread)
{
    if (!thread->stopped && (!thread->home || thread->home == thread->cpu) &&
        cpu_ready_top(cpu) <= (int)thread->priority) {
        cpu->reschedule = false;
        return true;
    }
    cpu_enqueue(thread, QUEUE_FRONT);
    return false;
}

struct thread *thread_choose(void)
{
    struct cpu *cpu = cpu_here();

    assert(arch_lock_held());
    for (;;) {
        int top = cpu_ready_top(cpu);
        struct thread *thread = top < 0 ? NULL : thread_of_link(cpu->ready[top].first);
        if (must_reap(thread)) {
            object_reap_step();
        } else if (!thread) {
            idle(cpu);
            return NULL;
        } else {
            cpu_dequeue(thread);
            switch_to(cpu, thread);
            if (!thread->restarting || (call_finish(thread, call_run(thread)) && may_continue(cpu, thread)))
                return thread;
        }
        preemption_point();
    }
}

bool call_finish(struct thread *thread, err_t status)
{
    bool done = (int)status <= OK;

    if (thread->state == THREAD_DEAD)
        return false;
    thread->restarting = status == RESTART;
    if (done || status == REAP) {
        thread_end_long_call(thread, true);
        thread->registers.eax = done ? (uint32_t)status : OK;
    }
    if (status == REAP)
        thread->reaping = 1;
    if (status == REAP || status == RESTART)
        cpu_enqueue(thread, QUEUE_FRONT);
    return done || status == RECEIVED;
}

struct thread *thread_continue(struct thread *thread)
{
    return may_continue(thread_cpu(thread), thread) ? thread : thread_choose();
}
