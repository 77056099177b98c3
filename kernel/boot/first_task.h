/* The first task: init, from the image at the start of the boot archive. */
#pragma once

#include "kernel/boot/memory_map.h"

/* Makes init from the first boot module, with frames taken out of `info`; returns its thread, which is now the running
 * one. Panics if there is no module, the image in it is damaged, or there is too little memory. */
struct thread *first_task_start(struct boot_info *info);
