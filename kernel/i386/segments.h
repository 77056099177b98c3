/* Selectors, in the order that sysenter and sysexit want (SDM volume 2, SYSEXIT). */
#pragma once

enum {
    KERNEL_CODE = 0x08,
    KERNEL_DATA = 0x10,
    USER_CODE = 0x18 | 3,
    USER_DATA = 0x20 | 3,
    USER_AREA = 0x28 | 3, /* from THREAD_AREA on: for gs, if a program wants it */
    DOUBLE_FAULT_STATE = 0x30,
};

#include <stdint.h>

/* The processor whose double fault switched tasks; its task state tells what it was doing. */
const struct cpu *segments_interrupted(void);

/* What the double fault's task runs. Defined in panic.c. */
_Noreturn void panic_double_fault(void);

/* Exceptions; interrupt lines; then what processors send to each other. */
enum {
    VECTOR_LINES = 32,
    VECTOR_RESCHEDULE = VECTOR_LINES + 24,
    VECTOR_TICK,
    VECTORS_COUNT,         /* with a stub in entry.asm */
    VECTOR_REQUEST = 0xf0, /* from here on they come to a processor that waits for the lock, too */
    VECTOR_WAKE,
};

/* The descriptor tables of all processors. */
void segments_init(void);

/* On each processor: the tables, its task state, sysenter: everything for entries from user mode. */
void segments_load(unsigned cpu);

/* Where this processor's system calls begin: it depends on whether several run. */
void segments_choose_entry(void);
