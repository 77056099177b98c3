/* How tasks and threads begin; how every object ends is in destroy.c. */
#pragma once

#include "kernel/thread/task.h"

/* A task in a frame that has been checked, with an account of that one frame and an empty table. */
struct task *task_make(uint32_t frame);

/* A stopped thread of the task; its account has what it takes. */
struct thread *thread_make(struct task *task, uint32_t page_address, uint8_t priority, unsigned cpu);
