/* The machine contract's parameters on i386, see kernel/arch/arch.h. */
#pragma once

#include "kernel/i386/pte.h"

#define PHYSMAP_BASE  0xc0000000u
#define REF_BASE      0u
#define PHYSMAP_BYTES 0x38000000u /* 896 MiB */
#define FRAMES_OFFSET 0x38000000u /* 16 bytes for each of a million frames: 16 MiB */

enum { TABLE_BITS = 9, LEAF_BITS = 8, LEAF_COUNT = 256, STEP_NODES = 64 };
enum { CPU_MAX = 8, CPU_SHIFT = 10 /* of the size of struct cpu */ };

/* The processor's task-state segment (TSS), of which sysenter and interrupts use esp0: SDM volume 3, 7.2.1. */
struct task_state {
    uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp;
    uint32_t esi, edi, es, cs, ss, ds, fs, gs, ldt;
    uint16_t trap, io_map;
};

/* The machine's part of struct cpu. A debug trap on the first instruction after sysenter pushes its frame
 * below esp0, where SYSENTER_ESP points: `room` is for that. */
struct arch_cpu {
    uint32_t stack; /* the end of this processor's kernel stack */
    uint32_t apic_id;
    volatile uint32_t ipi;    /* from another processor: see arch_ipi() */
    volatile uint32_t ticket; /* the processor sleeps until this ticket is served */
    uint32_t room[20];
    struct task_state state;
};

/* Selectors of the processors' TSSs, one after the other; the task register tells which processor this is. */
enum { TASK_STATE = 0x40 };

/* The kernel's stacks, one for each processor, each above a page that is never mapped. */
struct kernel_stack {
    uint8_t guard[4096], stack[8192];
};
extern struct kernel_stack kernel_stacks[CPU_MAX];

extern ref_t machine_kernel_pdpt; /* the kernel's own space */

/* A semaphore (entry.asm) whose waiters have tickets: releasing it to a waiter serves the next ticket. */
struct kernel_lock {
    volatile int32_t free;              /* 1: free; 0: held; -n: held, and n processors wait */
    volatile uint32_t tickets, serving; /* the last ticket taken, and the last served */
    volatile uint32_t holder;           /* the processor (reference) that took it last */
    volatile uint32_t several;          /* several processors run; otherwise the lock is not used */
    volatile uint32_t sleepers;         /* number of sleeping processors */
    uint32_t may_sleep;                 /* waiters may halt: no line reaches them past the local APIC's task priority */
};
extern struct kernel_lock kernel_lock;

/* Handles the IPI that the lock's holder sent with arch_ipi(), on this processor `cpu`. entry.asm calls it if the IPI
 * interrupts user mode, and lock.c while this processor waits for the lock, with interrupts off. */
void kernel_handle_ipi(ref_t cpu);

/* From the task register; the first processor before it is loaded. */
static inline unsigned arch_cpu(void)
{
    uint32_t selector;

    __asm__("str %0" : "=r"(selector));
    return selector >> 3 & (CPU_MAX - 1);
}

extern struct kernel kernel; /* begins with the processors */

static inline bool arch_lock_held(void)
{
    uint32_t here = (uint32_t)&kernel + (arch_cpu() << CPU_SHIFT);

    return !kernel_lock.several || (kernel_lock.holder == here && kernel_lock.free < 1);
}

/* Where arch_resume_with() jumps: entry.asm has this code with and without a lock to release. What is on the kernel's
 * stack is abandoned. */
extern const void *kernel_resume_with;

static inline __attribute__((always_inline)) void arch_resume(struct thread *to)
{
    __asm__ volatile("jmp leave_kernel" : : "a"(to));
    __builtin_unreachable();
}

static inline __attribute__((always_inline)) void arch_resume_with(struct thread *to, const struct thread *from,
                                                                   uint32_t result)
{
    __asm__ volatile("jmp *%0" : : "m"(kernel_resume_with), "a"(result), "c"(to), "d"(from));
    __builtin_unreachable();
}

static inline void arch_set_save_area(struct arch_cpu *cpu, struct registers *registers)
{
    cpu->state.esp0 = (uint32_t)(registers + 1);
}

static inline void arch_segments_save(struct registers *registers)
{
    __asm__ volatile("mov %%fs, %0; mov %%gs, %1" : "=m"(registers->fs), "=m"(registers->gs));
}

static inline void arch_segments_load(const struct registers *registers)
{
    __asm__ volatile("mov %0, %%fs; mov %1, %%gs" : : "m"(registers->fs), "m"(registers->gs));
}

static inline void arch_tlb_invalidate(uint32_t address)
{
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

static inline void arch_copy_words(uint32_t *to, const uint32_t *from, uint32_t count)
{
    __asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}

static inline void arch_space_load(ref_t directories)
{
    __asm__ volatile("mov %0, %%cr3" : : "r"(directories - PHYSMAP_BASE) : "memory");
}

static inline void arch_space_leave(void)
{
    arch_space_load(machine_kernel_pdpt);
}
