/*
 * The kernel's own address space: the fourth top entry of every space.
 *
 *      0xc0000000  the window: physical memory from 0, 2 MiB pages, writable, never executable;
 *                  the image's 2 MiB in 4 KiB pages with the rights of its parts, its stack's guard
 *                  page absent
 *      0xf8000000  the frame records, 2 MiB pages
 *      0xf9000000  frames beyond the window, one at a time
 */
#pragma once

#include <stdint.h>

/* Takes the boot's double mapping away; `records` is where the frame records are, 2 MiB-aligned. */
void paging_init(uint32_t records, uint32_t records_bytes);

/* Switches on what CPUID reports: no-execute, SMEP, SMAP, FPU state saving. */
void paging_init_features(void);
