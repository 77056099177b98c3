/* The first task, and the frames that boot takes before there is an account to take them from. */
#pragma once

#include "kernel/boot/memory_map.h"

/* Takes frames below PHYSMAP_BYTES from info->page.ranges, the first a multiple of `align`; panics if there are none. */
uint32_t boot_take_frames(struct boot_info *info, uint32_t pages, uint32_t align);

/* Makes init, and returns the thread to run. The archive's first module is its image: panics if that is damaged. */
struct thread *first_task_start(struct boot_info *info);
