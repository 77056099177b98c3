/* The machine's parameters for exploring, see kernel/arch/arch.h: an arena at a fixed address, tiny tables, and
 * processors of which the parts that the kernel relies on are modelled (tests/explore/hardware.h). */
#pragma once

#include "kernel/i386/pte.h"
#include "tests/host/no_machine.h"

#define WINDOW_BASE 0x100000000ul
#define ARENA_FRAMES 64u
#define WINDOW_BYTES (ARENA_FRAMES * 4096u)
#define FRAMES_OFFSET WINDOW_BYTES
#define KERNEL_REF 0x1000u

/* A step takes two nodes, so that every long call is interrupted. */
enum { TABLE_BITS = 2, LEAF_BITS = 2, LEAF_COUNT = 4, CPU_MAX = 3, CPU_SHIFT = 10, STEP_NODES = 2 };

extern unsigned hardware_cpu; /* the processor whose event happens */

static inline unsigned arch_cpu(void)
{
    return hardware_cpu;
}

void arch_tlb_drop(uint32_t address);
void arch_space_load(uint32_t directories);
void arch_space_leave(void);
