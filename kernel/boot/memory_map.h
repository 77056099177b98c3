/*
 * The loader's information: physical memory, modules, command line. Only for boot: one processor, nothing locked.
 * Free memory is what is in `free` and not in `reserved`; whoever takes some makes it reserved.
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

/* Adds an area of `bytes` bytes that the loader lists, free or reserved. If there is no room in the list, free memory
 * is left out; for reserved memory that would be wrong, so it panics. */
void boot_info_add(struct boot_info *info, uint64_t start, uint64_t bytes, bool free);

/* Adds a module, from byte `start` to before `end`, which is reserved. Modules that are empty, do not begin at a page
 * or are more than BOOT_MODULES_MAX are left out. */
void boot_info_module(struct boot_info *info, uint32_t start, uint32_t end);

/* Copies as much of the command line as fits into the boot page, with a zero at its end. */
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
