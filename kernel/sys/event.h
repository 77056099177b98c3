/* Every entry to the kernel is an event in and the thread to run out; only kernel/i386 leaves the kernel. */
#pragma once

#include "kernel/thread/thread.h"

/* An exception in user mode. `address` is that of a page fault; else 0. */
struct thread *event_fault(struct thread *thread, uint32_t address);

/* `interrupted` is null if the processor was idle or at a preemption point. A line interrupts one processor, which
 * forwards ticks to others. */
struct thread *event_interrupt(struct thread *interrupted, unsigned line);
struct thread *event_reschedule(struct thread *interrupted);
struct thread *event_tick(struct thread *interrupted);
struct thread *event_stale(struct thread *thread); /* the thread was destroyed before its processor had the lock */
