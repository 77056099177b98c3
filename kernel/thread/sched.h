/* Processors: their queues, the choice of the next thread, the switch to it. */
#pragma once

#include "kernel/thread/task.h"

/* What a thread's `home` is for a system call's number of a processor. */
ALWAYS_INLINE bool cpu_is_valid(uint32_t number)
{
    return number < kernel.cpu_count || number == CPU_ANY;
}

ALWAYS_INLINE ref_t cpu_ref(uint32_t number)
{
    return number == CPU_ANY ? 0 : REF(&kernel.cpus[number]);
}

/* The processor of the thread; the running thread's is the one that runs this. */
ALWAYS_INLINE struct cpu *thread_cpu(const struct thread *thread)
{
    return AT(struct cpu, thread->cpu);
}

/* The highest priority with a ready thread, -1 if there is none. */
ALWAYS_INLINE int cpu_ready_top(const struct cpu *cpu)
{
    return cpu->ready_mask ? 31 - __builtin_clz(cpu->ready_mask) : -1;
}

void cpu_init(struct cpu *cpu);

/* Into the queue of the thread's processor, before or behind others of its priority; it becomes
 * THREAD_STOPPED instead if it was stopped. Nothing else makes a thread THREAD_READY. */
void cpu_enqueue(struct thread *thread, enum queue_end end);
void cpu_dequeue(struct thread *thread);

/* At a tick that interrupts `thread`: the next of its priority has its turn. A new one lets
 * NEW_PATIENCE ticks pass first: a parent gets on after a fork even where a busy host delays ticks. */
struct thread *cpu_tick(struct thread *thread);

/* At a tick between two steps of a long call: its thread has had its turn. */
void cpu_tick_in_kernel(void);

/* The thread, if it runs, stops running; its state and link have been set by the caller. If it
 * runs elsewhere, it does so until that processor notices: cpu_runs(). */
void cpu_forget(struct thread *thread);
ALWAYS_INLINE bool cpu_runs(const struct thread *thread)
{
    return thread_cpu(thread)->current == REF(thread);
}

/* The running thread may not be the one that is to run: its processor looks at it. */
void cpu_reconsider(struct cpu *cpu);

/* Between two bounded steps: interrupts and other processors get on, and may change everything. */
void preemption_point(void);

/*
 * The thread to run next, made the running one; null when there is none. On its way it restarts the
 * unfinished calls of the threads it chooses, and takes apart objects that are being destroyed, in bounded steps with
 * pending interrupts let in between. The thread that ran before is in the state it should be in.
 */
struct thread *thread_choose(void);

/* The running thread goes on, unless a higher one is ready, it is stopped, or it is to run elsewhere. */
struct thread *thread_continue(struct thread *thread);

/* What `from` has in registers that the kernel leaves alone is saved. */
ALWAYS_INLINE void thread_switch(struct cpu *cpu, struct thread *thread)
{
    ref_t space = thread->task;

    thread->state = THREAD_RUNNING;
    cpu->current = REF(thread);
    arch_save_area(&cpu->arch, &thread->registers);
    arch_segments_load(&thread->registers);
    if (cpu->space != space) {
        cpu->space = space;
        arch_space_load(REF(&AT(struct task, space)->space));
    }
}

/* Whether a thread that waits may run at once in place of the one that runs: it is of this processor, and its priority
 * reaches the floor. */
ALWAYS_INLINE bool can_switch_directly(const struct cpu *cpu, const struct thread *next)
{
    return next->direct - cpu->floor < PRIORITY_COUNT;
}

/* Direct switch to a thread that can be switched to. */
ALWAYS_INLINE void thread_follow(struct cpu *cpu, struct thread *from, struct thread *thread)
{
    arch_segments_save(&from->registers);
    thread_switch(cpu, thread);
}

/* Internal statuses beside err_t's: run the call again when the thread is next chosen; go on when
 * kernel.destroying is empty; another thread is to run, the status is not yet known. */
#define RESTART  ((err_t)1)
#define REAP     ((err_t)2)
#define BLOCKED  ((err_t)3)
#define RECEIVED ((err_t)4) /* done, and eax is set */
#define SWITCHED ((err_t)5) /* arch_resume() returned: its processor runs another thread */

/* Runs the call in the thread's registers again. Defined in kernel/sys. */
err_t call_run(struct thread *thread);
extern const char *const call_names[]; /* by number, for reports */

/* Stores the outcome of a call of the running thread, or arranges its restart: true if it is
 * done. */
bool call_finish(struct thread *thread, err_t status);

/* Each call's function, by bits 0-7 of eax. The entry code stores a status that is no internal one and goes on with the
 * thread; else, or if its processor is to `choose`, the thread that call_end() returns runs. */
extern err_t (*const call_table[256])(struct thread *);
struct thread *call_end(struct thread *thread, err_t status);

/* Counts, and signals the endpoint that is bound to the line. Defined in kernel/sys. */
void irq_signal(unsigned line);

/* One bounded step of taking the first of kernel.destroying apart. Defined in kernel/object/destroy.c. */
void object_reap_step(void);
