/* The machine contract's parameters on i386, see kernel/arch/arch.h. */
#pragma once

#include "kernel/i386/pte.h"

#define WINDOW_BASE 0xc0000000u
#define WINDOW_BYTES 0x38000000u  /* 896 MiB */
#define FRAMES_OFFSET 0x38000000u /* 16 bytes for each of a million frames: 16 MiB */

enum { TABLE_BITS = 9, LEAF_BITS = 8, LEAF_COUNT = 256, CPU_MAX = 8, STEP_NODES = 64 };

/* The task state's esp0, and the kernel's own top entries: physical. */
extern uint32_t *const machine_esp0;
extern uint32_t machine_kernel_tops;

static inline unsigned arch_cpu(void)
{
    return 0;
}

static inline void arch_save_area(struct registers *registers)
{
    *machine_esp0 = (uint32_t)(registers + 1);
}

static inline void arch_tlb_drop(uint32_t address)
{
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

static inline void arch_space_load(uint32_t directories)
{
    __asm__ volatile("mov %0, %%cr3" : : "r"(directories ? directories : machine_kernel_tops)
                     : "memory");
}
