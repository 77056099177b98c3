/* The loader's information: physical memory, modules, command line. Addresses in bytes. */
#pragma once

#include "kernel/arch/arch.h"

enum { BOOT_RESERVED_MAX = 72, BOOT_SCREEN = 0, BOOT_LOG_PAGE, BOOT_DEVICES };

struct boot_area {
    uint64_t start, end;
};

struct boot_info {
    unsigned free_count, reserved_count;
    struct boot_area free[BOOT_RANGES_MAX], reserved[BOOT_RESERVED_MAX];
    struct boot_range devices[BOOT_DEVICES]; /* page frames of devices; no pages: no such device */
    struct boot_page page;                   /* for init; the loader's code fills in modules, command line, RSDP */
};

/* Adds an area that the loader lists. If there is no room for it, free memory is left out, and reserved memory is a
 * panic. */
void boot_info_add(struct boot_info *info, uint64_t start, uint64_t bytes, bool free);

/* Modules are reserved, too. Empty ones, and those that do not begin at a page, are left out. */
void boot_info_module(struct boot_info *info, uint32_t start, uint32_t end);

/* Copies as much as fits into the boot page. */
void boot_info_command(struct boot_info *info, const char *text);

/* The screen's frames below 4 GiB, which are reserved from now on; no pages: there is no screen. */
struct boot_range boot_info_screen(struct boot_info *info);

/* The number of a free page below 640 KiB that is not even partly reserved; 0: none. */
uint32_t boot_info_low_page(const struct boot_info *info);

/*
 * The free page frames: whole pages of the free areas, between the first MiB and 4 GiB, without the
 * reserved ones; ascending, without overlap. Returns their count; frames beyond `max` ranges are
 * lost.
 */
unsigned boot_info_ranges(const struct boot_info *info, struct boot_range *ranges, unsigned max);

/* Takes contiguous frames out of info->page.ranges, before there is an account: below PHYSMAP_BYTES, the first a
 * multiple of `align`, a power of two. Returns the first. Panics if there are none. */
uint32_t boot_info_take(struct boot_info *info, uint32_t pages, uint32_t align);
