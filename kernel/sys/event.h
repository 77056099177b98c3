/*
 * Events: entries to the kernel other than system calls. Each function handles one and returns the thread to run, or
 * null if none is ready; only kernel/i386 leaves the kernel. They are called with the kernel lock held.
 */
#pragma once

#include "kernel/thread/thread.h"

/* An exception of `thread` in user mode; registers.vector says which. `address` is that of a page fault; else 0. */
struct thread *event_fault(struct thread *thread, uint32_t address);

/* An interrupt of a line; the reschedule IPI; a tick that the processor with the tick's line forwards to others.
 * `interrupted` is null if the processor was idle or at a preemption point. */
struct thread *event_interrupt(struct thread *interrupted, unsigned line);
struct thread *event_reschedule(struct thread *interrupted);
struct thread *event_tick(struct thread *interrupted);

/* A system call whose thread was destroyed while its processor waited for the lock. */
struct thread *event_stale(struct thread *thread);
