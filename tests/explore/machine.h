/* The machine's parameters for exploring, see kernel/arch/arch.h: an arena at a fixed address, tiny tables, and
 * processors of which the parts that the kernel relies on are modelled (tests/explore/hardware.h). */
#pragma once

#include "kernel/i386/pte.h"

#define WINDOW_BASE 0x100000000ul
#define ARENA_FRAMES 64u
#define WINDOW_BYTES (ARENA_FRAMES * 4096u)
#define FRAMES_OFFSET WINDOW_BYTES
#define KERNEL_REF 0x1000u

/* A step takes two nodes, so that every long call is interrupted. */
enum { TABLE_BITS = 2, LEAF_BITS = 2, LEAF_COUNT = 4, CPU_MAX = 3, CPU_SHIFT = 10, STEP_NODES = 2 };

extern unsigned hardware_cpu; /* the processor whose event happens */

static inline struct thread *arch_resume(struct thread *thread)
{
    return thread;
}

static inline unsigned arch_cpu(void)
{
    return hardware_cpu;
}

static inline bool arch_lock_held(void)
{
    return true;
}

struct arch_cpu {
    char none;
};

static inline void arch_save_area(struct arch_cpu *cpu, struct registers *registers)
{
    (void)cpu, (void)registers;
}

static inline void arch_copy_words(uint32_t *to, const uint32_t *from, uint32_t count)
{
    while (count--)
        *to++ = *from++;
}

void arch_tlb_drop(uint32_t address);
void arch_space_load(uint32_t directories);
void arch_space_leave(void);
