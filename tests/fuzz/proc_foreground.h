/*
 * The console as proc knows it, and a naive model of who is in the foreground.
 *
 *   T1  who reads is let read if it is in the foreground, and only then
 *   T2  who comes to the foreground, or is there no more, without having read or ended, is asked of again
 *   T3  a tick is told of exactly while ticks are wanted
 */
#pragma once

#include "tests/fuzz/proc_model.h"

void foreground_begin(void);

/* A call to the console, other than a release. */
int32_t foreground_console_call(uint32_t *w);

/* That badge reads, or with 0 nobody: the message that says so. Ticks may be wanted from then on. */
void foreground_reads(uint32_t badge, struct server_message *message);

/* A message is about to be served; it has been, and the model knows what came of it. */
void foreground_before(const struct server_message *message);
void foreground_settle(void);
