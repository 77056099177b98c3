/*
 * Threads with a fatal fault, one that the server cannot resolve: they stay stopped until the manager ends their
 * process, or resumes them elsewhere. The queue is linked through the spaces, and a space keeps only its first fatal
 * fault: it has one thread, or its process will end.
 */
#pragma once

#include <stdbool.h>

#include "kernel/abi/abi.h"

struct space;

struct fault_record {
    struct space *next;
    bool queued, taken;              /* taken: the manager knows of it, and the thread waits */
    uint32_t caller, call_number;    /* whom to reply to: the faulting thread, as in its message */
    uint32_t address, cause, vector; /* cause: with FATAL_FAULT_NO_MEMORY or FATAL_FAULT_LIMIT */
};

void fatal_fault_init(void);

/* Records a fault and tells the manager. */
void fatal_fault_add(struct space *space, struct fault_record fault);

/* Takes the first out of the queue; null: none. */
struct space *fatal_fault_take(void);

/* Resumes a thread reported by fatal_fault_take(); false: there is none. */
bool fatal_fault_resume(struct space *space);

/* The space is about to be freed. */
void fatal_fault_forget(struct space *space);
