/* Selectors, in the order that sysenter and sysexit want (SDM volume 2, SYSEXIT). */
#pragma once

enum {
    KERNEL_CODE = 0x08,
    KERNEL_DATA = 0x10,
    USER_CODE = 0x18 | 3,
    USER_DATA = 0x20 | 3,
    DOUBLE_FAULT_STATE = 0x28,
};

#include <stdint.h>

/* The processor whose double fault switched tasks; its task state tells what it was doing. */
const struct cpu *segments_interrupted(void);

/* The descriptor tables of all processors. */
void segments_init(void);

/* On each processor: the tables, its task state, sysenter: everything for entries from user mode. */
void segments_load(unsigned cpu);
