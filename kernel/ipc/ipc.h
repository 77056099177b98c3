/*
 * Messages between threads. A call waits for exactly one reply from exactly one task. The thread that receives it
 * finds the caller's reference and call number in its message page, and serves the caller: it may reply at once. If it
 * waits for another message first, the caller moves to the owed list of the thread's task. Any thread of that task may
 * reply, once, at any time, in any order. A server never waits for a client.
 *
 * All functions here and in endpoint.h and message.h are called with the kernel lock held.
 */
#pragma once

#include "kernel/ipc/endpoint.h"
#include "kernel/thread/sched.h"

/* The system calls, with arguments in the thread's saved registers; two have another function for IPC_EXTENDED. A
 * reply_wait replies to the caller that its thread serves or, if it serves none, to the one that its message page
 * names. They return an error of docs/syscalls.md, or an internal status (sched.h). */
err_t ipc_call(struct thread *thread);
err_t ipc_call_extended(struct thread *thread);
err_t ipc_reply_wait(struct thread *thread);
err_t ipc_reply_wait_extended(struct thread *thread);
err_t ipc_reply(struct thread *thread);
err_t ipc_signal(struct thread *thread);

/* A reply_wait without a reply, and the second half of one with a reply: RECEIVED, BLOCKED, RESTART (a caller's message
 * was refused, and the next step tries the next caller), ERR_CAP. */
err_t ipc_receive(struct thread *thread);

/* Sends the fault of the running thread as a call to its handler, or stops the thread if it has none; returns the
 * thread to run, or null. */
struct thread *ipc_fault(struct thread *thread);

/* Ends the calls of callers in the owed list of `task` with ERR_DEAD, at most `*budget`, which it lowers; true when
 * none is left. A caller whose call is a fault is stopped. */
bool ipc_fail_owed_step(struct task *task, unsigned *budget);
