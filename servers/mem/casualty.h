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
    uint32_t address, eip, cause, vector;
};

void casualty_init(void);

/* Records a fault (words as in TAG_FAULT) and tells the manager. */
void casualty_add(struct space *space, const uint32_t words[4]);

/* The first in the queue, taken out of it; null: none. */
struct space *casualty_take(void);

/* The space goes. */
void casualty_forget(struct space *space);
