/* Zeroes what no event can see of a thread: see kernel/audit/normal.h. */
#pragma once

#include "kernel/thread/sched.h"

enum { NORMAL_CALLS = 1000 };

/* Normalising a normalised state changes nothing: `call_number` of all threads is NORMAL_CALLS then. */
void thread_normalise(struct thread *thread);
