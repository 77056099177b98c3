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

/* After the console's signal: the next reader that it asks of, and whether it wants ticks; what else there is:
 * CONSOLE_NEWS_INTERRUPT, CONSOLE_NEWS_INPUT, CONSOLE_NEWS_DUE. With `part` it is to do a part of what was due. */
uint32_t front_news(bool part);

/* Calls it with each live process that is in front, or that a process in front has forked since it last asked for ended
 * children: what that will wait for next is not known yet. */
void front_all_and_new(void (*call)(struct process *process));

/* True if that live process is in front. */
bool front_has(const struct process *process);

/* What is typed comes key by key to the process, or by lines again: 0, -EPERM if it is not in front. */
int front_set_keys(struct process *process, bool keys);

/* A tick has passed. */
void front_tick(uint32_t now);

/* The process waits for its children from now on, or no more: those are in front, or not any more. */
void front_changed(const struct process *process);

/* Its children will be adopted. */
void front_ends(const struct process *process);

/* Another program, which has not read, and gets lines. */
void front_forget(struct process *process);
