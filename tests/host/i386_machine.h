/* MACHINE_HEADER for a host test that includes a file of kernel/i386: the real machine, but its physmap is wherever the
 * test has its memory, and the test provides the privileged instructions. */
#pragma once

#pragma clang diagnostic ignored "-Wint-to-pointer-cast"
#pragma clang diagnostic ignored "-Wpointer-to-int-cast"
#pragma clang diagnostic ignored "-Wshorten-64-to-32"

#define arch_tlb_invalidate machine_tlb_drop
#define arch_space_load     machine_space_load
#define arch_space_leave    machine_space_leave
#include "kernel/i386/machine.h"
#undef arch_tlb_invalidate
#undef arch_space_load
#undef arch_space_leave
#define arch_tlb_invalidate test_tlb_drop
#define arch_space_load     test_space_load
#define arch_space_leave    test_space_leave

extern unsigned char *i386_physmap;
#undef PHYSMAP_BASE
#define PHYSMAP_BASE ((uintptr_t)i386_physmap)
#undef REF_BASE
#define REF_BASE PHYSMAP_BASE

void test_tlb_drop(uint32_t address);
void test_space_load(uint32_t directories);
void test_space_leave(void);
