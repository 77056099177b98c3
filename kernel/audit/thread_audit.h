/* Beside thread_audit(): what no event sees of a thread is made zero. See kernel/audit/normal.h. */
#pragma once

#include "kernel/thread/sched.h"

enum { NORMAL_CALLS = 1000 };

/* A normalised state is given back when it is normalised again: `call_number` of all is NORMAL_CALLS then. */
void thread_normalise(struct thread *thread);
