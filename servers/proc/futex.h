/*
 * Futexes: processes that wait at a word of memory until another one wakes them. A place is an address in one process,
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

/* The process watches that from now on, in place of another. */
void futex_watch(struct process *process, uint32_t address, enum futex_kind kind);

/* The file server has news: of processes that poll, which are woken, one at a time. All that poll the console are, in
 * parts. */
void futex_file_news(void);
void futex_wake_console_pollers(void);

/* It does not any more: true if it was woken since it began to. */
bool futex_forget(struct process *process);

/* Wakes so many that watch a place of that process's, or a shared one, the first first, but at most FUTEX_WOKEN_MAX;
 * how many. So many others watch the place `to` then. */
uint32_t futex_wake(const struct process *process, uint32_t address, bool shared, uint32_t count);
void futex_requeue(const struct process *process, uint32_t address, bool shared, uint32_t count, uint32_t to);
