/* Scheduling: each processor's ready queues, the choice of the next thread, the switch to it. And how system calls end,
 * as a call may go on when its thread is next chosen. All functions are called with the kernel lock held. */
#pragma once

#include "kernel/thread/task.h"

/* System calls name a processor by its number, or CPU_ANY; cpu_ref() is what `home` of a thread is set to for it. */
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

/* Initialises a processor's queues, which are empty. */
void cpu_init(struct cpu *cpu);

/* Puts a thread that is in no queue into its priority's queue on its home or, if it has no home, on this processor, at
 * the front or the back. If `stopped` is set, the thread becomes THREAD_STOPPED instead. Sets `reschedule` if the
 * thread should run before the processor's running one. Only this and ipc_signal() make a thread THREAD_READY. */
void cpu_enqueue(struct thread *thread, enum queue_end end);

/* Takes a THREAD_READY thread out of its queue; the caller sets its state. */
void cpu_dequeue(struct thread *thread);

/* For a tick that interrupts `thread`; returns the thread to run, or null. If another thread of its priority is ready,
 * the quantum of `thread` is over: a quantum is one tick, but a new thread lets NEW_PATIENCE ticks pass before it is
 * switched to, so that a parent continues after a fork even if a busy host (of a virtual machine) delays ticks.
 * Also takes one step of destruction. */
struct thread *cpu_tick(struct thread *thread);

/* For a tick that interrupts no thread. If the processor was between two steps of a long call, the call's thread goes
 * behind the others of its priority. */
void cpu_tick_in_kernel(void);

/* If the thread runs, makes its processor choose another one; the caller has set the thread's state and link. If that
 * is another processor, it runs the thread until it has handled the reschedule IPI. cpu_runs(): whether a processor
 * still runs the thread. */
void cpu_stop_running(struct thread *thread);
ALWAYS_INLINE bool cpu_runs(const struct thread *thread)
{
    return thread_cpu(thread)->current == REF(thread);
}

/* Makes a processor check whether its running thread may continue: sets `reschedule` and, if it is not this processor,
 * sends it the reschedule IPI. */
void cpu_reschedule(struct cpu *cpu);

/* Called between two bounded steps: lets interrupts in, and other processors into the kernel, so anything may have
 * changed afterwards. An interrupt abandons the kernel's stack: then this does not return. */
void preemption_point(void);

/*
 * Chooses the ready thread of highest priority and makes it the running one; null if there is none. The caller has
 * set the previous thread's state. Before it returns, it continues long calls of the threads it chooses, and the
 * destruction of objects for reapers or if no thread is ready: in bounded steps, with preemption points in between.
 */
struct thread *thread_choose(void);

/* Returns the running thread, unless one of higher priority is ready, it is stopped, or its home is another processor;
 * else makes it ready or stopped, and returns the next thread to run, or null. */
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

/* Whether a waiting thread may run at once in place of the running one: it is on this processor, needs no other work
 * before it runs (T4), and its priority reaches the floor (P2, P4). */
ALWAYS_INLINE bool can_switch_directly(const struct cpu *cpu, const struct thread *next)
{
    return next->direct - cpu->floor < PRIORITY_COUNT;
}

/* Switches from the running thread to another, after can_switch_directly(). */
ALWAYS_INLINE void thread_switch_directly(struct cpu *cpu, struct thread *from, struct thread *to)
{
    arch_segments_save(&from->registers);
    thread_switch(cpu, to);
}

/* Internal statuses of a call, besides errors. RESTART: it is a long call, run it again when the thread is next chosen.
 * REAP: it is done when kernel.destroying is empty, and the thread helps. BLOCKED: another thread is to run, the status
 * is not known yet. */
#define RESTART  ((err_t)1)
#define REAP     ((err_t)2)
#define BLOCKED  ((err_t)3)
#define RECEIVED ((err_t)4) /* done, and eax is set */
#define SWITCHED ((err_t)5) /* only on the host, where arch_resume() returns: the processor runs another thread */

/* Runs the long call in the thread's saved registers again; returns its status. Defined in kernel/sys. */
err_t call_run(struct thread *thread);
extern const char *const call_names[]; /* by number, for panics and test reports */

/* Stores the status of the running thread's call in its eax, or makes the thread ready to restart the call; true if the
 * call is done and the thread is still the running one. */
bool call_finish(struct thread *thread, err_t status);

/* The functions of calls, by bits 0-7 of eax. The entry code stores the status and resumes the thread; if the status is
 * internal, or the processor's `reschedule` is set, it runs the thread that call_end() returns instead. */
extern err_t (*const call_table[256])(struct thread *);
struct thread *call_end(struct thread *thread, err_t status);

/* Counts an interrupt of the line, and signals the endpoint that is bound to it, if any. Defined in kernel/sys. */
void irq_signal(unsigned line);

/* One bounded step of the destruction of the first object in kernel.destroying, which must not be empty. Defined in
 * kernel/object/destroy.c. */
void object_reap_step(void);
