/*
 * The kernel's own address space: the fourth PDPT entry of every space.
 *
 *      0xc0000000  the physmap: physical memory from 0, 2 MiB pages, writable, never executable;
 *                  the image's 2 MiB in 4 KiB pages with the rights of its parts; the guard pages of
 *                  its stacks are absent
 *      0xf8000000  the frame records, 2 MiB pages
 *      0xf9000000  the fixmap: two pages, each for any one frame beyond the physmap, then pages of devices
 */
#pragma once

#include <stdint.h>

enum { DEVICE_APIC = 2, DEVICE_IO_APIC = 3 };
#define DEVICE_BASE(fixmap) (0xf9000000u + (fixmap)*4096u)

/* Maps a device's page of registers at DEVICE_BASE(fixmap), uncached, once; returns the address of `physical` in it. */
volatile void *paging_map_device(unsigned fixmap, uint32_t physical);

/* On each processor: enables fxsave and fxrstor, and those of no-execute, SMEP, SMAP and UMIP that CPUID reports. */
void paging_init_features(void);
