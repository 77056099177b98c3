/*
 * How processes begin and end. A failure half way is undone: the reply is an error, and nothing else has
 * changed. Only exec has a point of no return.
 *
 * For a large process, fork, exec and end take several steps (work.h); the first is done here. Meanwhile a process that
 * forks or executes waits, and its caller is saved (waits.h). A process that exits cannot be found any more at once,
 * but its parent learns of it when all its memory is free again.
 */
#pragma once

#include "libuser/sys/syscall.h"
#include "servers/proc/process.h"
#include "servers/proto/start_limits.h"

/* Makes a running copy of `parent` in `*child`: 0, -EAGAIN; or SERVER_LATER, and the reply comes later, with mem's
 * error if it failed. */
int32_t lifecycle_fork(struct process *parent, struct process **child);

/* Makes a child of `parent` with these limits and the program that its arguments name; on success it holds the
 * arguments. Does all steps at once, as init, the caller, is still the only process. */
int lifecycle_spawn(struct process *parent, struct arguments *arguments, struct start_limits limits,
                    struct process **child);

/* Executes the program that the arguments name in `process`, which then holds them. 0: reply to its call,
 * and the program runs; an error: nothing has changed, and the caller keeps the arguments;
 * SERVER_LATER: there are further steps, or the process has exited. */
int32_t lifecycle_exec(struct process *process, struct arguments *arguments);

/* The reply to exec: the signals ignored and blocked in the new program. */
struct words lifecycle_exec_reply(const struct process *process);

/* Ends the process: if its parent waits, it gets its reply; only the status stays. The thread does not run: it waits
 * for a reply that never comes. */
void lifecycle_exit(struct process *process, uint32_t code);
void lifecycle_kill(struct process *process, uint32_t signal);

/* The same for a process other than the caller, which may run. */
void lifecycle_kill_running(struct process *process, uint32_t signal);
