/* Processors: their queues, the choice of the next thread, the switch to it. */
#pragma once

#include "kernel/thread/task.h"

/* A system call names a processor by its number, or CPU_ANY; cpu_ref() is the thread's `home` for it. */
ALWAYS_INLINE bool cpu_is_valid(uint32_t number)
{
    return number < kernel.cpu_count || number == CPU_ANY;
}

ALWAYS_INLINE ref_t cpu_ref(uint32_t number)
{
    return number == CPU_ANY ? 0 : REF(&kernel.cpus[number]);
}

/* The thread's processor. For the running thread that is this one, so this is also a fast cpu_here(). */
ALWAYS_INLINE struct cpu *thread_cpu(const struct thread *thread)
{
    return AT(struct cpu, thread->cpu);
}

/* The highest priority with a ready thread, -1 if there is none. */
ALWAYS_INLINE int cpu_ready_top(const struct cpu *cpu)
{
    return cpu->ready_mask ? 31 - __builtin_clz(cpu->ready_mask) : -1;
}

/* Makes a processor's queues empty. */
void cpu_init(struct cpu *cpu);

/* Puts a thread that is in no queue into the one of its home, or of this processor if it has no home, before or behind
 * others of its priority. If `stopped` is set, it becomes THREAD_STOPPED instead. Only this and ipc_signal() make a
 * thread THREAD_READY. */
void cpu_enqueue(struct thread *thread, enum queue_end end);

/* Takes a THREAD_READY thread out of its queue; the caller sets its state. */
void cpu_dequeue(struct thread *thread);

/* For a tick that interrupts `thread`; returns the thread to run. The next of its priority has its turn, but a new one
 * lets NEW_PATIENCE ticks pass first, so that a parent continues after a fork even if a busy host delays ticks. Also
 * takes one step of destruction. */
struct thread *cpu_tick(struct thread *thread);

/* For a tick that interrupts no thread. If the processor was between two steps of a long call, the call's thread goes
 * behind the others of its priority. */
void cpu_tick_in_kernel(void);

/* Makes a thread stop running, if it runs; the caller has set its state and link. On another
 * processor it runs until that one notices: cpu_runs(). */
void cpu_stop_running(struct thread *thread);
ALWAYS_INLINE bool cpu_runs(const struct thread *thread)
{
    return thread_cpu(thread)->current == REF(thread);
}

/* Makes a processor check whether its running thread is still the one to run: sets `reschedule`, and interrupts another
 * one. */
void cpu_reschedule(struct cpu *cpu);

/* Called between two bounded steps: interrupts and other processors may run, and change everything. */
void preemption_point(void);

/*
 * Chooses the next thread and makes it the running one; null if there is none. The caller has set the
 * previous thread's state. Before it returns it restarts unfinished calls of the threads it chooses, and
 * takes apart objects that are being destroyed, in bounded steps with preemption points in between.
 */
struct thread *thread_choose(void);

/* The running thread continues, unless a higher one is ready, it is stopped, or it is to run elsewhere; returns the
 * thread to run, or null. */
struct thread *thread_continue(struct thread *thread);

/* Makes `thread` the running one. The caller has saved the previous thread's fs, gs and FPU state. */
ALWAYS_INLINE void thread_switch(struct cpu *cpu, struct thread *thread)
{
    ref_t space = thread->task;

    thread->state = THREAD_RUNNING;
    cpu->current = REF(thread);
    arch_set_save_area(&cpu->arch, &thread->registers);
    arch_segments_load(&thread->registers);
    if (cpu->space != space) {
        cpu->space = space;
        arch_space_load(REF(&AT(struct task, space)->space));
    }
}

/* Whether a waiting thread may run at once in place of the running one: it is on this processor, and its priority
 * reaches the floor. */
ALWAYS_INLINE bool can_switch_directly(const struct cpu *cpu, const struct thread *next)
{
    return next->direct - cpu->floor < PRIORITY_COUNT;
}

/* Direct switch: can_switch_directly() was true. */
ALWAYS_INLINE void thread_switch_directly(struct cpu *cpu, struct thread *from, struct thread *thread)
{
    arch_segments_save(&from->registers);
    thread_switch(cpu, thread);
}

/* Internal statuses besides err_t's. RESTART: run the call again when the thread is next chosen. REAP: continue when
 * kernel.destroying is empty. BLOCKED: another thread is to run, the status is not known yet. */
#define RESTART  ((err_t)1)
#define REAP     ((err_t)2)
#define BLOCKED  ((err_t)3)
#define RECEIVED ((err_t)4) /* done, and eax is set */
#define SWITCHED ((err_t)5) /* only on the host, where arch_resume() returns: the processor runs another thread */

/* Runs the unfinished call in the thread's registers again; returns its status. Defined in kernel/sys. */
err_t call_run(struct thread *thread);
extern const char *const call_names[]; /* by number, for reports */

/* Stores the status of the running thread's call, or arranges its restart; true if the call is done. */
bool call_finish(struct thread *thread, err_t status);

/* The functions of calls, by bits 0-7 of eax. The entry code stores a status and resumes the thread. If the status is
 * internal, or the processor's `reschedule` is set, it runs the thread that call_end() returns. */
extern err_t (*const call_table[256])(struct thread *);
struct thread *call_end(struct thread *thread, err_t status);

/* Counts an interrupt of the line, and signals the endpoint bound to it. Defined in kernel/sys. */
void irq_signal(unsigned line);

/* Takes the first of kernel.destroying apart, by one bounded step. Defined in kernel/object/destroy.c. */
void object_reap_step(void);
