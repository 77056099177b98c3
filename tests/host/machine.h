/* The parameters of the machine for host tests, see kernel/arch/arch.h: a small physmap in an ordinary mapping of the
 * test program, followed by the frame records. */
#pragma once

#ifdef __cplusplus
#error "C only"
#endif

#include "kernel/i386/pte.h"
#include "tests/host/no_machine.h"

extern unsigned char *host_physmap; /* mapped by tests/host/host_machine.c */
#define PHYSMAP_BASE ((uintptr_t)host_physmap)
#define REF_BASE     PHYSMAP_BASE

#ifndef HOST_FRAMES
#define HOST_FRAMES 4096
#endif
#define PHYSMAP_BYTES ((uint32_t)HOST_FRAMES * 4096u)
#define FRAMES_OFFSET PHYSMAP_BYTES
#define KERNEL_REF    0x1000u
#define OBJECT_FRAMES 1u /* the frames before it hold no object */

#ifndef HOST_TABLE_BITS
#define HOST_TABLE_BITS 9
#endif
#ifndef HOST_LEAF_BITS
#define HOST_LEAF_BITS 8
#endif
#ifndef HOST_STEP_NODES
#define HOST_STEP_NODES 64
#endif
#ifndef HOST_CPU_MAX
#define HOST_CPU_MAX 2
#endif
enum {
    TABLE_BITS = HOST_TABLE_BITS,
    LEAF_BITS = HOST_LEAF_BITS,
    LEAF_COUNT = 256,
    CPU_MAX = HOST_CPU_MAX,
    CPU_SHIFT = 10,
    STEP_NODES = HOST_STEP_NODES,
};

/* If set, every message takes the general case. */
extern int host_force_general;
#define IPC_FORCE_GENERAL host_force_general

/* Called by arch_preemption_point(): a test lets an interrupt happen by leaving it with longjmp. */
extern void (*host_preemption_point)(void);

/* Called by arch_registers_init(): a test that keeps state for each thread forgets that of the previous one. */
extern void (*host_thread_begins)(struct registers *registers);

/* Bit i: arch_irq_unmask(i) was called. */
extern uint32_t host_unmasked;

/* Bit i: arch_tick(i) was called, if one_processor.c is linked. */
extern uint32_t host_ticked;
