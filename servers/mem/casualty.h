/*
 * Threads that faulted beyond help: stopped, waiting for the manager to end their process. The
 * queue is linked through the spaces, and a space keeps its first casualty only: its process will
 * end.
 */
#pragma once

#include <stdbool.h>

#include "kernel/abi/abi.h"

struct space;

struct casualty {
    struct space *next;
    bool queued;
    uint32_t address, cause, vector; /* cause: with CASUALTY_NO_MEMORY or CASUALTY_LIMIT */
};

void casualty_init(void);

/* Records a fault and tells the manager. */
void casualty_add(struct space *space, struct casualty casualty);

/* The first in the queue, taken out of it; null: none. */
struct space *casualty_take(void);

/* The space goes. */
void casualty_forget(struct space *space);
