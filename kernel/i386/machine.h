/* The machine contract's parameters on i386, see kernel/arch/arch.h. */
#pragma once

#include "kernel/i386/pte.h"

#define WINDOW_BASE 0xc0000000u
#define WINDOW_BYTES 0x38000000u  /* 896 MiB */
#define FRAMES_OFFSET 0x38000000u /* 16 bytes for each of a million frames: 16 MiB */

enum { TABLE_BITS = 9, LEAF_BITS = 8, LEAF_COUNT = 256, CPU_MAX = 8 };

/* The processor that runs this. */
static inline unsigned arch_cpu(void)
{
    return 0;
}
