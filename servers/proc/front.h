/*
 * The foreground ("front"): the processes that may read input. The console asks about each reader that was not the last
 * one in front.
 *
 * The program that init started is in front. A child of a process in front is in front while its parent waits for it,
 * or if its parent has not read anything itself. So a shell gets its input, and the command that it waits for gets the
 * input meanwhile. A command that it does not wait for gets none; nor does an adopted process (`cmd &` of xv6's shell).
 * A program that leaves reading to its children never notices.
 *
 *   F1  `reads` is set in a process that was in front when it read, and in processes it forked since, until exec
 *   F2  whenever a process may have entered or left the foreground, the console asks again about all waiting readers
 */
#pragma once

#include "servers/proc/process.h"

/* After the console's signal: handles the next reader that it asks about, and its need of ticks. Returns
 * CONSOLE_NEWS_INTERRUPT, CONSOLE_NEWS_INPUT, CONSOLE_NEWS_DUE. With `part` the console does a part of its due work. */
uint32_t front_news(bool part);

/* Calls the function with each live process that is in front, or was forked by a process in front since that last asked
 * for ended children: it is not known yet what that process will wait for. */
void front_all_and_new(void (*call)(struct process *process));

/* True if that live process is in front. */
bool front_has(const struct process *process);

/* Makes the process get input key by key, or by lines again: 0, -EPERM if it is not in front. */
int front_set_keys(struct process *process, bool keys);

/* Passes a tick on to the console, if it wants ticks. */
void front_tick(uint32_t now);

/* The process has begun or ended a wait for its children, which are then in front or not. */
void front_changed(const struct process *process);

/* The process ends, and its children will be adopted. */
void front_ends(const struct process *process);

/* After exec: the new program has not read, and gets lines. */
void front_forget(struct process *process);
