/*
 * Messages between threads. A call waits for exactly one reply from exactly one task. The receiver
 * gets the caller's reference and call number in its message page. Its thread serves the caller; if
 * it waits for another message first, the caller moves to the task's owed list. Any thread of the
 * task may reply, once, at any time, in any order. A server never waits for a client.
 */
#pragma once

#include "kernel/ipc/endpoint.h"
#include "kernel/thread/sched.h"

/* The calls, with arguments in the thread's saved registers; two have another function for IPC_EXTENDED. A reply_wait
 * replies to the caller that its thread serves or, if there is none, the one that the page names. Errors:
 * docs/syscalls.md. */
err_t ipc_call(struct thread *thread);
err_t ipc_call_extended(struct thread *thread);
err_t ipc_reply_wait(struct thread *thread);
err_t ipc_reply_wait_extended(struct thread *thread);
err_t ipc_reply(struct thread *thread);
err_t ipc_signal(struct thread *thread);

/* A reply_wait that replies to nobody, and the rest of one after its reply: RECEIVED, BLOCKED, RESTART,
 * ERR_CAP. */
err_t ipc_receive(struct thread *thread);

/* Sends the fault of the running thread as a call to its handler, or stops the thread if it has none; returns the
 * thread to run, or null. */
struct thread *ipc_fault(struct thread *thread);

/* Makes the calls of callers in the owed list of `task` return ERR_DEAD, at most `*budget`, which it lowers; true when
 * none is left. */
bool ipc_fail_owed_step(struct task *task, unsigned *budget);
