/*
 * All state that calls and events change, but for the frames: one structure, so that the core can
 * be snapshotted, hashed and explored on the host. (Boot's own, and the devices', is where they
 * are.) Links are 32-bit references into the physmap.
 *
 * The kernel lock guards all of it: docs/smp.md.
 */
#pragma once

#include "kernel/thread/task.h"

/*
 * A processor. The running thread is in no queue. While nobody has the lock:
 *   P1  bit p of `ready_mask` is set exactly if ready[p] is not empty
 *   P2  `floor` is what a thread's `direct` must reach to be switched to without the scheduler: this
 *       processor's reference, and beyond it the highest ready priority, or PRIORITY_COUNT while the
 *       running thread's FPU state is live
 *   P3  `space` is the task whose page tables CR3 names, 0: the kernel's own
 *   P4  bit p of `quantum_over` is set if a tick has found the first of ready[p] there, with no patience
 *       left: until that thread runs the floor for p is one higher, and others of priority p go
 *       behind it, though they come from a call to a server
 *   P5  `current` is THREAD_RUNNING here, or was killed by another processor that has not notified this one yet
 *   P6  `choose` is clear, or another processor set it and an interrupt is on its way
 */
struct cpu {
    ref_t current; /* thread, 0: idle */
    ref_t space;
    uint32_t floor;
    uint32_t ready_mask;
    struct link ready[PRIORITY_COUNT];
    bool fpu_allowed; /* not trapped: the FPU holds the running thread's state */
    bool choose;      /* the running thread may not be the one that is to run */
    uint32_t quantum_over;
    uint32_t tlb_request; /* the request that it gets before the lock is given away: IPI_PAGE ... */
    struct arch_cpu arch;
} __attribute__((aligned(1 << CPU_SHIFT)));
_Static_assert(sizeof(struct cpu) == 1 << CPU_SHIFT, "assembly finds a processor's by a shift");

struct kernel {
    struct cpu cpus[CPU_MAX];
    uint32_t cpu_count;
    uint32_t tlb_pending; /* bit i: cpus[i].tlb_request is set */
    uint32_t frame_count;
    ref_t empty_leaf;
    uint32_t call_number_base; /* no dead thread's `call_number` was higher: see T2 */
    uint32_t nmis;       /* that came and were not told yet */
    struct link destroying;  /* tasks, threads, endpoints; the first is taken apart first */
    struct object ranges[4]; /* memory, ports, irqs, the log: by bits 6-7 of a slot's `object` */
    struct slot irq_endpoints[IRQ_COUNT];
    uint32_t irq_counts[IRQ_COUNT];
    uint64_t kernel_directory; /* the fourth top entry of every space */
};

/* In the kernel's image; on the host, where nothing but the physmap has references, in the
 * physmap. */
#ifdef KERNEL_REF
#define kernel (*AT(struct kernel, KERNEL_REF))
#else
extern struct kernel kernel;
#endif

/* The processor that runs this. */
ALWAYS_INLINE struct cpu *cpu_here(void)
{
    return &kernel.cpus[arch_cpu()];
}

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
 * runs elsewhere, it does so until that processor hears: cpu_runs(). */
void cpu_forget(struct thread *thread);
ALWAYS_INLINE bool cpu_runs(const struct thread *thread)
{
    return thread_cpu(thread)->current == REF(thread);
}

/* The running thread may not be the one that is to run: its processor looks at it. */
void cpu_reconsider(struct cpu *cpu);

/* Between two bounded steps: interrupts and other processors get on, and may change everything. */
void preemption_point(void);

/* All processors leave that space for the kernel's own. */
void cpu_leave_space(ref_t space);

/* The other processors do what tlb_invalidate() and space_reload() left for them; before the lock is
 * given away. */
void tlb_sync(void);

/*
 * The thread to run next, made the running one; null when there is none. On its way it restarts the
 * unfinished calls of the threads it chooses, and takes dying objects apart, in bounded steps with
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
#define REAP ((err_t)2)
#define BLOCKED ((err_t)3)
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
