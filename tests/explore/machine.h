/* The machine's parameters for exploring, see kernel/arch/arch.h: an arena at a fixed address, tiny tables, and
 * processors modelled as far as the kernel relies on them (tests/model/processors.h). */
#pragma once

#include "kernel/i386/pte.h"
#include "tests/host/no_machine.h"

#define PHYSMAP_BASE  0x100000000ul
#define REF_BASE      PHYSMAP_BASE
#define ARENA_FRAMES  64u
#define PHYSMAP_BYTES (ARENA_FRAMES * 4096u)
#define FRAMES_OFFSET PHYSMAP_BYTES
#define KERNEL_REF    0x1000u
#define OBJECT_FRAMES 3u /* the frames before them hold no objects */

/* A step takes two nodes, so that every long call takes several steps. */
enum { TABLE_BITS = 2, LEAF_BITS = 2, LEAF_COUNT = 4, CPU_MAX = 3, CPU_SHIFT = 10, STEP_NODES = 2 };
