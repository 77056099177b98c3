/* Processors: ready queues, the choice of the next thread, the switch to it. */
#include "kernel/thread/kernel.h"

void cpu_init(struct cpu *cpu)
{
    *cpu = (struct cpu){0};
    for (unsigned p = 0; p < PRIORITY_COUNT; p++)
        link_init(&cpu->ready[p]);
}

static void update_floor(struct cpu *cpu)
{
    bool fpu_live = cpu->current && AT(struct thread, cpu->current)->uses_fpu;
    int top = cpu_ready_top(cpu);

    cpu->floor = fpu_live ? PRIORITY_COUNT : top < 0 ? 0 : top + cpu->overdue;
}

void cpu_enqueue(struct thread *thread, enum queue_end end)
{
    struct cpu *cpu = &kernel.cpus[thread->cpu];
    struct link *queue = &cpu->ready[thread->priority];

    if (cpu->overdue && thread->priority == cpu_ready_top(cpu))
        end = QUEUE_BACK;
    thread->state = THREAD_READY;
    link_insert_after(end == QUEUE_FRONT ? queue : AT(struct link, queue->prev), &thread->link);
    cpu->ready_mask |= 1u << thread->priority;
    update_floor(cpu);
}

void cpu_dequeue(struct thread *thread)
{
    struct cpu *cpu = &kernel.cpus[thread->cpu];

    assert(thread->state == THREAD_READY);
    link_remove(&thread->link);
    if (cpu->waited == REF(thread))
        cpu->waited = cpu->overdue = 0;
    if (link_is_alone(&cpu->ready[thread->priority]))
        cpu->ready_mask &= ~(1u << thread->priority);
    update_floor(cpu);
}

struct thread *cpu_tick(struct thread *thread)
{
    struct cpu *cpu = cpu_here();
    uint32_t levels = cpu->ready_mask & ((2u << thread->priority) - 1);

    if (!levels)
        return thread_continue(thread);
    int top = 31 - __builtin_clz(levels);
    ref_t next = cpu->ready[top].next - offsetof(struct thread, link);
    cpu->waited_ticks = cpu->waited == next ? cpu->waited_ticks + 1 : 0;
    cpu->waited = next;
    bool due = cpu->waited_ticks >= TURN_TICKS;
    if (due && top == thread->priority) {
        cpu_enqueue(thread, QUEUE_BACK);
        return thread_choose();
    }
    cpu->overdue = due;
    update_floor(cpu);
    return thread_continue(thread);
}

void cpu_forget(struct thread *thread)
{
    struct cpu *cpu = &kernel.cpus[thread->cpu];

    if (cpu->current == REF(thread))
        cpu->current = 0;
    update_floor(cpu);
}

static void switch_fpu(struct cpu *cpu, struct thread *to)
{
    struct thread *from = cpu->current ? AT(struct thread, cpu->current) : NULL;
    bool use = to && to->uses_fpu;

    if (from == to && use == cpu->fpu_allowed)
        return;
    if (from && from->uses_fpu)
        arch_fpu_save(from->fpu);
    if (use != cpu->fpu_allowed)
        arch_fpu_allow(use);
    cpu->fpu_allowed = use;
    if (use)
        arch_fpu_load(to->fpu);
}

static void switch_to(struct cpu *cpu, struct thread *thread)
{
    switch_fpu(cpu, thread);
    thread_switch(cpu, thread);
    update_floor(cpu);
}

static void idle(struct cpu *cpu)
{
    switch_fpu(cpu, NULL);
    cpu->current = 0;
    if (cpu->space)
        arch_space_leave();
    cpu->space = 0;
    update_floor(cpu);
}

/* A reaper goes on when nothing is left to be taken apart. */
static bool must_reap(struct thread *thread)
{
    if (!thread->reaping)
        return false;
    if (!link_is_alone(&kernel.dying))
        return true;
    thread->reaping = 0;
    kernel.reapers--;
    return false;
}

/* Deaths that nobody waits for: a step at every eighth choice, and whenever nothing else is to do. */
static bool orphans_step(const struct thread *thread)
{
    if (kernel.reapers || link_is_alone(&kernel.dying))
        return false;
    return !thread || ++kernel.orphan_turns % 8 == 0;
}

struct thread *thread_choose(void)
{
    struct cpu *cpu = cpu_here();

    for (;;) {
        int top = cpu_ready_top(cpu);
        struct thread *thread = top < 0 ? NULL : AT(struct thread, cpu->ready[top].next -
                                                                       offsetof(struct thread, link));
        if (orphans_step(thread) || (thread && must_reap(thread))) {
            object_reap_step();
            arch_breathe();
            continue;
        }
        if (!thread) {
            idle(cpu);
            return NULL;
        }
        cpu_dequeue(thread);
        switch_to(cpu, thread);
        if (!thread->rerun)
            return thread;
        if (call_finish(thread, call_run(thread)) && thread->state == THREAD_RUNNING) {
            if (cpu_ready_top(cpu) <= thread->priority)
                return thread;
            cpu_enqueue(thread, QUEUE_FRONT);
        }
        arch_breathe();
    }
}

bool call_finish(struct thread *thread, err_t status)
{
    if (thread->state == THREAD_DEAD)
        return false;
    switch ((int)status) {
    case BLOCKED:
        thread->rerun = 0;
        return false;
    case RECEIVED:
        thread->rerun = 0;
        return true;
    case RERUN:
        thread->rerun = 1;
        cpu_enqueue(thread, QUEUE_FRONT);
        return false;
    case REAP:
        thread->rerun = 0;
        thread_end_revoking(thread);
        thread->registers.eax = OK;
        thread->reaping = 1;
        kernel.reapers++;
        cpu_enqueue(thread, QUEUE_FRONT);
        return false;
    default:
        thread->rerun = 0;
        thread_end_revoking(thread);
        thread->registers.eax = (uint32_t)status;
        return true;
    }
}

struct thread *thread_continue(struct thread *thread)
{
    struct cpu *cpu = cpu_here();

    if (cpu_ready_top(cpu) <= (int)thread->priority)
        return thread;
    cpu_enqueue(thread, QUEUE_FRONT);
    return thread_choose();
}

void space_dropped(uint32_t task, uint32_t address)
{
    if (cpu_here()->space == frame_ref(task))
        arch_tlb_drop(address);
}

void space_grew(uint32_t task)
{
    if (cpu_here()->space == frame_ref(task))
        arch_space_load(REF(&AT(struct task, frame_ref(task))->space));
}
