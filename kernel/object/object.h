/* Creation of tasks and threads, also for boot; endpoints are made in sys_object.c. The destruction of all objects is
 * in destroy.c, but declared lower, where it is called: slot.h, sched.h. */
#pragma once

#include "kernel/thread/task.h"

/* Makes a task in a zeroed frame that may become kernel memory, with that frame as its whole account, and an empty
 * capability table. No capability names the task yet. */
struct task *task_make(uint32_t frame);

/* Makes a stopped thread of the task, with its message page at the address `page_address`, where nothing is mapped;
 * `cpu` is a processor's number or CPU_ANY. The caller has checked that the account has frames for the thread, its page
 * and missing page tables. No capability names the thread yet. */
struct thread *thread_make(struct task *task, uint32_t page_address, uint8_t priority, unsigned cpu);
