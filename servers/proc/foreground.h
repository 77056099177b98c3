/*
 * The foreground: the processes that may read input. The console asks about each reader that was not the last one in
 * the foreground.
 *
 * The program that init started is in the foreground. A child of a process in the foreground is there, too, while its
 * parent waits for it, or if its parent has not read anything itself. So a shell gets its input, and the command that
 * it waits for gets the input meanwhile. A command that it does not wait for gets none; nor does an adopted process
 * (`cmd &` of xv6's shell). A program that leaves reading to its children never notices.
 *
 *   F1  `has_read` is set in a process that was in the foreground when it read, and in processes it forked since, until
 *       exec
 *   F2  whenever a process may have entered or left the foreground, the console asks again about all waiting readers
 */
#pragma once

#include "servers/proc/process.h"

/* After the console's signal: handles the next reader that it asks about, and its need of ticks. Returns
 * CONSOLE_EVENT_INTERRUPT, CONSOLE_EVENT_INPUT, CONSOLE_EVENT_DUE. With `part` the console does a part of its due work.
 */
uint32_t foreground_handle_events(bool part);

/* Calls the function with each live process that is in the foreground; also with children that one of these has forked
 * since its last call of wait: it is not known yet which of them it will wait for. */
void foreground_for_each(void (*call)(struct process *process));

/* True if that live process is in the foreground. */
bool foreground_has(const struct process *process);

/* Makes the process get input key by key, or by lines again: 0, -EPERM if it is not in the foreground. */
int foreground_set_keys(struct process *process, bool keys);

/* Passes a tick on to the console, if it wants ticks. */
void foreground_tick(uint32_t now);

/* The process has begun or ended a wait for its children, which are then in the foreground or not. */
void foreground_changed(const struct process *process);

/* The process ends, and its children will be adopted. */
void foreground_exit(const struct process *process);

/* After exec: the new program has not read, and gets lines. */
void foreground_exec(struct process *process);
