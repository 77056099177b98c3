/*
 * Futexes: processes that wait at a word of memory until another one wakes them. A word is an address in one process,
 * or a word of shared memory, for which the server that granted the page has one name for all processes that map it.
 *
 *      futex_watch() --------> the vdso looks at the word ------> a sleep that futex_wake() ends
 *
 *   F1  a process that watches is in the queue from before it looks at the word until it is woken, its time is over,
 *       or a signal comes. So it misses no change, as a wake-up follows each change
 *   F2  a process can watch, wake and move at a shared word only while it has the page; any other address names a
 *       word of its own
 *   F3  a process that waits for a wake-up has `waits` WAITS_TICK, like a sleeper
 */
#pragma once

#include "servers/proc/process.h"
#include "servers/proto/slots.h"

/* Makes the process watch a word, private or shared, or what poll() waits for: the file server, with `console` the
 * console, too. This replaces an earlier watch; true: the process was woken by that. */
bool futex_watch(struct process *process, uint32_t address, bool shared);
bool futex_poll(struct process *process, bool console);

/* The file server has events for processes that poll: wakes them, one at a time. The console has input: wakes all that
 * poll it, in parts. */
void futex_handle_file_events(void);
void futex_wake_console_pollers(void);

/* Ends the watch: true if the process was woken since it began. */
bool futex_unwatch(struct process *process);

/* Wakes `count` processes that watch a word of that process, or a shared one, the oldest watches first and at most
 * FUTEX_WOKEN_MAX; returns how many. futex_requeue() makes `count` of them watch the word `to` instead. */
uint32_t futex_wake(const struct process *process, uint32_t address, bool shared, uint32_t count);
void futex_requeue(const struct process *process, uint32_t address, bool shared, uint32_t count, uint32_t to);
