/* Creation of tasks and threads, also for boot; endpoints are made in sys_object.c. The destruction of all objects is
 * in destroy.c, but declared lower, where it is called: slot.h, sched.h. */
#pragma once

#include "kernel/thread/task.h"

/* Makes a task in a zeroed frame that the caller has checked, with an account of that one frame and an empty table. It
 * is named by no capability yet. */
struct task *task_make(uint32_t frame);

/* Makes a stopped thread of the task, with its message page at `page_address`, which is free; `cpu` is a valid number.
 * The caller has checked that the account has frames for the thread, its page and missing tables. */
struct thread *thread_make(struct task *task, uint32_t page_address, uint8_t priority, unsigned cpu);
