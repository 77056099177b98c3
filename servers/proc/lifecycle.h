/*
 * How processes begin and end. A failure half way is undone: the answer is an error, and nothing else has
 * changed. Only exec has a point of no return.
 *
 * For a large process, fork, exec and end take several steps (work.h); the first is done here. Meanwhile a process that
 * forks or executes waits, and its call is kept (waits.h). A process that ends is gone for everybody at once, but its
 * parent learns of it when all its memory is free again.
 */
#pragma once

#include "libuser/sys/syscall.h"
#include "servers/proc/process.h"
#include "servers/proto/start_limits.h"

/* A copy of `parent`, running; `*child` is it: 0, -EAGAIN; or SERVER_LATER, with another answer in the end, which is
 * mem's error if it has failed. */
int32_t life_fork(struct process *parent, struct process **child);

/* A child of `parent` with those limits and the program that its arguments name; it holds them if all went well. All
 * steps at once: for init, which has nobody beside it yet. */
int life_spawn(struct process *parent, struct arguments *arguments, struct start_limits limits, struct process **child);

/* `process` becomes the program that the arguments name, and holds them. 0: its call is to be
 * answered, then the program runs; an error: nothing has changed, and the arguments are the
 * caller's; SERVER_LATER: there are further steps, or the process is over. */
int32_t life_exec(struct process *process, struct arguments *arguments);

/* What a program that begins finds of signals, in the answer to the exec. */
struct words life_exec_answer(const struct process *process);

/* The process is over: its parent hears, if it waits; nothing of it stays but how it ended. Its thread does not
 * run: it waits for an answer that will never come. */
void life_exit(struct process *process, uint32_t code);
void life_kill(struct process *process, uint32_t signal);

/* The same, of another one than has just called: it may run. */
void life_kill_running(struct process *process, uint32_t signal);
