/*
 * The console as proc knows it, and a naive model of which processes are in the foreground.
 *
 *   T1  a reader is allowed to read exactly if it is in the foreground
 *   T2  if a process comes to the foreground or leaves it without having read or ended, the console is made to ask
 *       again
 *   T3  the console is told of a tick exactly while it wants ticks
 */
#pragma once

#include "tests/fuzz/proc_model.h"

void foreground_begin(void);

/* A call to the console, except a release. */
int32_t foreground_console_call(uint32_t *w);

/* The message which says that the process with that badge reads, or with 0 nobody. From then on ticks may be wanted. */
void foreground_reads(uint32_t badge, struct server_message *message);

/* To be called before a message is served, and after it, when the model knows its effects. */
void foreground_before(const struct server_message *message);
void foreground_settle(void);
