/* Selectors, in the order that sysenter and sysexit want (SDM volume 2, SYSEXIT). */
#pragma once

enum {
    KERNEL_CODE = 0x08,
    KERNEL_DATA = 0x10,
    USER_CODE = 0x18 | 3,
    USER_DATA = 0x20 | 3,
    TASK_STATE = 0x28,
    DOUBLE_FAULT_STATE = 0x30,
};

#include <stdint.h>

/* What the processor was doing when its double fault switched tasks. */
void segments_interrupted(uint32_t *eip, uint32_t *esp, uint32_t *ebp);

/* Descriptor tables, task states, sysenter: everything for entries from user mode. */
void segments_init(void);
