/*
 * The loader's information: physical memory, modules, command line. Only for boot: one processor, nothing locked.
 * Free memory is what is in `free` and not in `reserved`; taking memory adds it to `reserved`.
 */
#pragma once

#include "kernel/arch/arch.h"

enum { BOOT_RESERVED_MAX = 72 };
enum { BOOT_SCREEN, BOOT_LOG_PAGE, BOOT_DEVICES }; /* indexes of `devices` */

struct boot_area {
    uint64_t start, end; /* in bytes */
};

struct boot_info {
    unsigned free_count, reserved_count;
    struct boot_area free[BOOT_RANGES_MAX], reserved[BOOT_RESERVED_MAX];
    struct boot_range devices[BOOT_DEVICES]; /* frames outside free RAM that may be mapped; 0 pages: no such device */
    struct boot_page page;                   /* for init; the loader's code fills in modules, command line, RSDP */
};

/* Adds an area to the free or to the reserved ones; `bytes` may be 0. If the list is full, a free area is ignored;
 * ignoring a reserved one would be wrong, so that is a panic. */
void boot_info_add(struct boot_info *info, uint64_t start, uint64_t bytes, bool free);

/* Adds a module, whose bytes are at physical addresses from `start` to `end` - 1, and reserves them. Ignores a module
 * that is empty or not page-aligned, and all after the first BOOT_MODULES_MAX. */
void boot_info_module(struct boot_info *info, uint32_t start, uint32_t end);

/* Copies as much of the command line as fits into the boot page, terminated by a zero. */
void boot_info_command(struct boot_info *info, const char *text);

/* Reserves the screen's frames and returns those below 4 GiB; `pages` is 0 if there is no screen. */
struct boot_range boot_info_screen(struct boot_info *info);

/* Returns the frame number of a page below 640 KiB that is free and not even partly reserved; 0: there is none. */
uint32_t boot_info_low_page(const struct boot_info *info);

/* Lists the free page frames: whole pages of the free areas, between the first MiB and 4 GiB, without the reserved
 * ones; ascending, without overlap. Returns the number of ranges, at most `max`; frames that would need more are not
 * used. */
unsigned boot_info_ranges(const struct boot_info *info, struct boot_range *ranges, unsigned max);

/* Takes `pages` contiguous frames below PHYSMAP_BYTES out of info->page.ranges, as long as there is no account to take
 * them from. Returns the number of the first, a multiple of `align`, a power of two. Panics if there are none. */
uint32_t boot_info_take(struct boot_info *info, uint32_t pages, uint32_t align);
