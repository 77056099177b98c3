/*
 * All state that calls and events change, except the frames and their records: one structure, so that a model checker
 * on the host can copy, hash and explore it. (The state of boot and of devices is in their own files.)
 * Links are 32-bit references into the physmap.
 *
 * This header is in kernel/cap because the structure contains slots and roots of capability trees, and because
 * kernel/vm must know which processor runs which space. Scheduling is in kernel/thread.
 *
 * The kernel lock guards all of it: docs/smp.md.
 */
#pragma once

#include "kernel/cap/slot.h"
#include "kernel/lib/link.h"

/*
 * A processor. The running thread is in no queue. While nobody has the lock:
 *   P1  bit p of `ready_mask` is set exactly if ready[p] is not empty
 *   P2  `floor` is the least `direct` of a thread that may be switched to without the scheduler: this
 *       processor's reference plus the highest ready priority, or plus PRIORITY_COUNT while the
 *       running thread's FPU state is live
 *   P3  `space` is the task whose page tables CR3 names, 0: the kernel's own
 *   P4  bit p of `quantum_over` is set once a tick has found the first thread of ready[p] without patience (thread.h).
 *       Until that thread runs, the floor for p is one higher, so that no thread of priority p can be switched to
 *       directly, and all that become ready queue behind it, even those that would go to the front
 *   P5  `current` is THREAD_RUNNING here, or was killed by another processor that has not notified this one yet
 *   P6  `reschedule` is clear, or another processor set it and its interrupt is on the way
 */
struct cpu {
    ref_t current; /* thread, 0: idle */
    ref_t space;
    uint32_t floor;
    uint32_t ready_mask;
    struct list ready[PRIORITY_COUNT];
    bool fpu_allowed; /* not trapped: the FPU holds the running thread's state */
    bool reschedule;  /* a thread other than the running one may have to run */
    uint32_t quantum_over;
    uint32_t tlb_ipi; /* to be sent before the lock is released: see arch_ipi(); 0: none */
    struct arch_cpu arch;
} __attribute__((aligned(1 << CPU_SHIFT)));
_Static_assert(sizeof(struct cpu) == 1 << CPU_SHIFT, "assembly finds a processor's struct cpu by a shift");

struct kernel {
    struct cpu cpus[CPU_MAX];
    uint32_t cpu_count;
    uint32_t tlb_pending; /* bit i: cpus[i].tlb_ipi is set */
    uint32_t frame_count;
    ref_t empty_leaf;
    uint32_t call_number_base; /* no destroyed thread's `call_number` was higher: T2 in thread.h */
    uint32_t nmis;             /* arrived and not reported yet */
    struct list destroying;    /* tasks, threads, endpoints; the first is destroyed first */
    struct object ranges[4];   /* memory, ports, irqs, the log: by bits 6-7 of a slot's `object` */
    struct slot irq_endpoints[IRQ_COUNT];
    uint32_t irq_counts[IRQ_COUNT];
    uint64_t kernel_directory; /* the fourth PDPT entry of every space */
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

/* The head of a kind of range, from the `object` of a slot or from its kind: SLOT_MEMORY, SLOT_PORTS, SLOT_IRQS or
 * SLOT_LOG. */
ALWAYS_INLINE struct object *range_object(uint32_t object)
{
    return &kernel.ranges[object >> 6 & 3];
}
