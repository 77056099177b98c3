/*
 * Threads that faulted beyond help: stopped, waiting for the manager to end their process, or to let them go on elsewhere. The
 * queue is linked through the spaces, and a space keeps its first casualty only: it has one thread, or its process will end.
 */
#pragma once

#include <stdbool.h>

#include "kernel/abi/abi.h"

struct space;

struct casualty {
    struct space *next;
    bool queued, taken; /* taken: the manager knows of it, and it waits */
    uint32_t caller, calls; /* whose fault is to be answered */
    uint32_t address, cause, vector; /* cause: with CASUALTY_NO_MEMORY or CASUALTY_LIMIT */
};

void casualty_init(void);

/* Records a fault and tells the manager. */
void casualty_add(struct space *space, struct casualty casualty);

/* The first in the queue, taken out of it; null: none. */
struct space *casualty_take(void);

/* Lets a thread go on of which casualty_take() has told; false: there is none. */
bool casualty_resume(struct space *space);

/* The space goes. */
void casualty_forget(struct space *space);
