/* The first task: init, from the image at the start of the boot archive. */
#pragma once

#include "kernel/boot/memory_map.h"

/* Makes init from the first boot module; returns its thread. Panics if the image is damaged. */
struct thread *first_task_start(struct boot_info *info);
