/*
 * Normalisation, for the model checker (tests/explore): zeroes what no later event can read, so that states that differ
 * only in that become one state. Examples: a thread's registers while it waits or runs, unread parts of a message page,
 * the last revoker, counts that only grow. Each object's part is next to its walker. Zeroing too much would hide bugs,
 * so a test (explore/normal-states) takes the same random steps from states and from their normalised forms, and
 * compares.
 */
#pragma once

#include "kernel/thread/thread.h"

enum { NORMAL_CALL_NUMBER = 1000 }; /* `call_number` of all threads in a normalised state */

/* Normalising a normalised state changes nothing. */
void normalise_kernel(void);

/* Its parts: a thread with its message page, and the head of any object. */
void thread_normalise(struct thread *thread);
void object_normalise(struct object *object);
