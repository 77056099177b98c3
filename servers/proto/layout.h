/*
 * The layout of a program's address space; kernel/abi/abi.h has the rest.
 *
 *   STACK_LOW .. STACK_TOP       stack, a page at its first touch
 *   VDSO_BASE .. VDSO_END        the library that implements system calls, if the program wants it
 *   PROGRAM_BASE .. HEAP_LIMIT   text and data, then the heap
 *   MMAP_BASE .. MMAP_LIMIT      addresses that the server chooses for mmap; the caller may choose
 *                                any from PROGRAM_BASE on
 *   NAMED_BASE .. SHM_BASE       shared segments with a name, of any size
 *   SHM_BASE ..                  shared segments of one page; each segment is at the same address in every space
 */
#pragma once

#define HEAP_LIMIT 0x40000000u
#define MMAP_BASE  0x40000000u
#define MMAP_LIMIT 0x80000000u
#define NAMED_BASE 0x80000000u
#define SHM_BASE   0xa0000000u
#define SHM_PAGES  0x1ff00u

/* What a page table maps. */
enum { TABLE_SHIFT = 21 };
