/*
 * Long work in steps: the fork, the exec and the end of large processes, and many answers at once. Each step is
 * an answer to a call of a thread of proc's own: it waits in the queue with everybody's calls, and its
 * priority is a program's, so that others are served between two steps.
 *
 *      queue:  work -> work -> work      one step of the first; if it has more to do, it is the last then
 *
 *   W1  `step` is set as long as the work is in the queue, and not while a step of it is done
 *   W2  the thread waits for an answer only while the queue is empty
 */
#pragma once

#include "libuser/sys/syscall.h"

#include <stdint.h>

struct work {
    void (*step)(struct work *work); /* NULL: there is none */
    struct work *next;
};

/* Makes the thread; once, at the start. */
void work_init(void);

/* To the end of the queue: `step` will be called once. It adds the work again if there is more to do. */
void work_add(struct work *work, void (*step)(struct work *work));

/* The thread, whose call this is, ends that task when it has its answer: that may take the kernel long. */
void work_end_task(uint32_t slot);

/* Whatever calls with that badge does a step: the answer, as of a handler in servers. -ENOSYS: nobody else may. */
SERVER_CALL int32_t work_call(uint32_t badge, struct words *words);
