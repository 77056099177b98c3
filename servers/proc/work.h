/*
 * Long work in steps: fork, exec and end of large processes, and many replies at once. A second thread of proc
 * requests each step by a call. That call waits in the queue with all others, and the thread has the priority of
 * a program, so others are served between two steps.
 *
 *      queue:  work -> work -> work      does one step of the first; if more is left, it moves to the end
 *
 *   W1  `step` is set as long as the work is in the queue, and not while a step of it is done
 *   W2  the thread waits for a reply only while the queue is empty
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

/* Adds a work at the end of the queue: `step` will be called once, and adds it again if there is more to do. */
void work_add(struct work *work, void (*step)(struct work *work));

/* Makes the second thread end that task when it has its reply, as that may take the kernel long. */
void work_destroy_task(uint32_t slot);

/* Does a step if the badge is the second thread's; returns the reply, like a server's handler. -ENOSYS for any other
 * badge. */
SERVER_CALL int32_t work_call(uint32_t badge, struct words *words);
