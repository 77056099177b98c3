/*
 * Random events for the threads of a kernel_world. Many calls succeed, since their arguments are taken from what the
 * caller has; there are faults, too, and what keeps such a run going. The numbers are those of random_below(), so a run
 * can be repeated.
 */
#pragma once

#include "tests/host/kernel_world.h"

/* Writes a call into the running thread's registers and message page. False, and nothing is written, if this call would
 * soon end the run, which needs what init has from the start. */
bool random_call(struct thread *thread, const struct thread *init);

/* Counts calls that succeed; at the end there must have been enough of each. */
void random_call_returned(unsigned number, const struct thread *thread);
void random_calls_check(void);

/* Writes a fault's vector into the thread's registers; returns the fault's address. */
uint32_t random_fault(struct thread *thread);

/* An address that calls often name. */
uint32_t random_page(void);

/* Whether init or its task has been destroyed. */
bool random_run_is_over(const struct thread *init);

/* Whether a thread that is alive neither runs nor is ready. */
bool random_waits(const struct thread *thread);

/* For when no thread can run: ends a thread's wait, and makes it ready on a processor. */
void random_wake(struct thread *thread, unsigned cpu);
