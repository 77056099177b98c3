/* Segments, descriptor tables, vectors. */
#pragma once

#include <stdint.h>

/* Selectors, in the order that sysenter and sysexit want (SDM volume 2, SYSEXIT). */
enum {
    KERNEL_CODE = 0x08,
    KERNEL_DATA = 0x10,
    USER_CODE = 0x18 | 3,
    USER_DATA = 0x20 | 3,
    USER_AREA = 0x28 | 3, /* from THREAD_AREA on: for a program's gs */
    DOUBLE_FAULT_STATE = 0x30,
};

/* In panic_double_fault(): the processor that had the double fault. Its TSS has the registers at the fault. */
const struct cpu *segments_double_fault_cpu(void);

/* The code of the double fault's task. Defined in panic.c. */
_Noreturn void panic_double_fault(void);

/* Vectors below VECTOR_LINES are exceptions; then come interrupt lines, then inter-processor interrupts. */
enum {
    VECTOR_LINES = 32,
    VECTOR_RESCHEDULE = VECTOR_LINES + 24,
    VECTOR_TICK,
    VECTORS_COUNT,     /* with a stub in entry.asm */
    VECTOR_IPI = 0xf0, /* arch_ipi(); from here on vectors also reach a processor that sleeps for the lock */
    VECTOR_WAKE,       /* to a processor that sleeps for the lock: its ticket is served */
};

/* The descriptor tables of all processors. */
void segments_init(void);

/* On each processor: loads the descriptor tables, its TSS, and the MSRs of sysenter. */
void segments_load(unsigned cpu);

/* Sets the entry point of this processor's system calls, which depends on whether several processors run. */
void segments_choose_entry(void);
