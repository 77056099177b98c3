/* The first task: init, from the image at the start of the boot archive. */
#pragma once

#include "kernel/boot/memory_map.h"

/* Makes init, and returns the thread to run. The archive's first module is its image: panics if that is damaged. */
struct thread *first_task_start(struct boot_info *info);
