/*
 * How processes begin and end. Whatever fails half way is undone: then the answer is an error and
 * nothing else has changed. Only exec has a point of no return.
 */
#pragma once

#include "servers/proc/process.h"

/* Reasons, with the numbers of <signal.h>. */
enum {
    SIGNAL_ILLEGAL = 4,
    SIGNAL_TRAP = 5,
    SIGNAL_ARITHMETIC = 8,
    SIGNAL_KILL = 9,
    SIGNAL_SEGMENT = 11
};

/* A wait status: ended by itself with `code`, or by a signal. */
static inline uint32_t status_exited(uint32_t code)
{
    return (code & 0xff) << 8;
}

/* A copy of `parent`, running; `*child` is it: 0, -EAGAIN, -ENOMEM. */
int life_fork(struct process *parent, struct process **child);

/* A child of `parent` with the program that its arguments name; it holds them if all went well. */
int life_spawn(struct process *parent, struct arguments *arguments, struct process **child);

/* `process` becomes the program that the arguments name, and holds them. 0: its call is to be
 * answered, then the program runs; an error: nothing has changed, and the arguments are the
 * caller's; SERVER_LATER: the process is over. */
int32_t life_exec(struct process *process, struct arguments *arguments);

/* The process is over: its parent hears, if it waits; nothing of it stays but its status. */
void life_end(struct process *process, uint32_t status);
