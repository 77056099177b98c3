/*
 * Random events of a kernel_world's threads: calls of which many are not refused, since their arguments are taken from
 * what the caller has; faults; and what keeps such a run alive. The numbers are random_below()'s, so a run can be
 * repeated.
 */
#pragma once

#include "tests/host/kernel_world.h"

/* Writes a call into the running thread's registers and message page. False, and nothing is written, if the run
 * would soon be over with this one: what init was born with is its basis. */
bool random_call(struct thread *thread, const struct thread *init);

/* Counts what is not refused; in the end there must have been enough of each call. */
void random_call_returned(unsigned number, const struct thread *thread);
void random_calls_check(void);

/* Writes a fault's vector into the thread's registers; returns its address. */
uint32_t random_fault(struct thread *thread);

/* An address that calls often name. */
uint32_t random_page(void);

/* Whether init, or its task, has died. */
bool random_run_is_over(const struct thread *init);

/* Whether a thread that is alive neither runs nor is ready. */
bool random_waits(const struct thread *thread);

/* Nobody can run: a thread is pulled out of what it waits for, and becomes ready on a processor. */
void random_wake(struct thread *thread, unsigned cpu);
