/*
 * Messages between threads. A call waits for exactly one answer of exactly one task: the caller is
 * in that task's owed list from the moment its message is received, and is named to it by a
 * reference and the count of its calls, both in the receiver's message page. Any thread of the task
 * may answer, once, at any time, in any order. A server never waits for a client.
 */
#pragma once

#include "kernel/ipc/endpoint.h"
#include "kernel/thread/sched.h"

/* The four calls, each from the caller's saved registers. Those with IPC_EXTENDED have ways of their own. A reply_wait
 * answers the caller that its thread serves, or if there is none the one that the page names, as a reply does. */
err_t ipc_call(struct thread *thread);
err_t ipc_call_extended(struct thread *thread);
err_t ipc_reply_wait(struct thread *thread);
err_t ipc_reply_wait_extended(struct thread *thread);
err_t ipc_reply(struct thread *thread);
err_t ipc_signal(struct thread *thread);

/* A reply_wait that answers nobody, and what is left of one when the answer is given: RECEIVED, BLOCKED,
 * RESTART, ERR_CAP. */
err_t ipc_receive(struct thread *thread);

/* A fault is a call on the thread's behalf to its handler. */
struct thread *ipc_fault(struct thread *thread);

/* Fails callers that `task` owes an answer, at most `*budget`; true when none is left. */
bool ipc_fail_owed_step(struct task *task, unsigned *budget);
