/*
 * All mutable state of the kernel, but for the frames: one structure, so that the core can be
 * snapshotted, hashed and explored on the host. Links are 32-bit references into the window.
 *
 * The kernel lock guards all of it.
 */
#pragma once

#include "kernel/thread/task.h"

/*
 * A processor. The running thread is in no queue.
 *   P1  bit p of `ready_mask` is set exactly if ready[p] is not empty
 *   P2  `floor` is what a thread's `direct` must reach to be switched to without the scheduler: the
 *       highest ready priority, PRIORITY_COUNT while the running thread's FPU state is live
 *   P3  `space` is the task whose page tables CR3 names, 0: the kernel's own
 */
struct cpu {
    ref_t current; /* thread, 0: idle */
    ref_t space;
    int32_t floor;
    uint32_t ready_mask;
    struct link ready[PRIORITY_COUNT];
    uint32_t ticks;
};

struct kernel {
    struct cpu cpus[CPU_MAX];
    uint32_t cpu_count;
    uint32_t frame_count;
    ref_t empty_leaf;
    ref_t reaper; /* the thread that carries the deaths on, 0: whoever chooses a thread */
    struct link dying;
    struct node memory, ports, irqs, log; /* roots of the ranges' capabilities */
    struct slot irq_endpoints[IRQ_COUNT];
    uint32_t irq_counts[IRQ_COUNT];
    uint64_t kernel_directory; /* the fourth top entry of every space */
};

/* In the kernel's image; on the host, where nothing but the window has references, in the window. */
#ifdef KERNEL_REF
#define kernel (*AT(struct kernel, KERNEL_REF))
#else
extern struct kernel kernel;
#endif

/* Re-run the call when the thread is next chosen: an internal status beside err_t's. */
#define RERUN ((err_t)1)

/* Nodes that one step of a long call may take. */
enum { STEP_NODES = 64 };

/* Every entry is an event in and the thread to run out; only i386 leaves the kernel. */
struct thread *event_syscall(struct thread *thread);
struct thread *event_fault(struct thread *thread, uint32_t address);
struct thread *event_interrupt(struct thread *interrupted, unsigned line); /* null: idle */
