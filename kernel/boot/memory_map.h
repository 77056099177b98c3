/* What the loader told: physical memory, modules, command line. Addresses in bytes. */
#pragma once

#include "kernel/arch/arch.h"

enum { BOOT_RESERVED_MAX = 72, BOOT_SCREEN = 0, BOOT_LOG_PAGE, BOOT_DEVICES };

struct boot_area {
    uint64_t start, end;
};

struct boot_info {
    unsigned free_count, reserved_count;
    struct boot_area free[BOOT_RANGES_MAX], reserved[BOOT_RESERVED_MAX];
    struct boot_range devices[BOOT_DEVICES]; /* page frames that are no memory; no pages: no such device */
    struct boot_page page;                   /* what init finds; the loader fills in modules, command line, RSDP */
};

/* Areas that do not fit any more are left out: of memory, and of what must not be used, a panic. */
void boot_info_add(struct boot_info *info, uint64_t start, uint64_t bytes, bool free);

/* Modules are reserved, too; those that are empty or begin within a page are left out. */
void boot_info_module(struct boot_info *info, uint32_t start, uint32_t end);
void boot_info_command(struct boot_info *info, const char *text);

/* The screen's frames, those of them that lie below 4 GiB; reserved from now on. */
struct boot_range boot_info_screen(struct boot_info *info);

/* A free page below 640 KiB that nothing reserved touches; 0: none. */
uint32_t boot_info_low_page(const struct boot_info *info);

/*
 * The free page frames: whole pages of the free areas, between the first MiB and 4 GiB, without the
 * reserved ones; ascending, without overlap. Returns their count; frames beyond `max` ranges are
 * lost.
 */
unsigned boot_info_ranges(const struct boot_info *info, struct boot_range *ranges, unsigned max);

/* Takes frames that adjoin out of info->page.ranges, before there is an account to take them from: below PHYSMAP_BYTES,
 * the first a multiple of `align`. Panics if there are none. */
uint32_t boot_info_take(struct boot_info *info, uint32_t pages, uint32_t align);
