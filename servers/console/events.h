/* Events for proc. It is signalled once, and then asks for them (events in console.proto). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct words;

/* Signals proc, unless it was signalled and has not asked yet. */
void events_notify(void);

/* Asks proc for ticks; sets whether they are still wanted. */
void events_want_ticks(void);
void events_set_ticks(bool are_wanted);

/* A client polls: when there is input, proc is told, once. */
void events_watch_input(void);
void events_input_is_ready(void);

/* Work is due: proc calls again until it is told that none is left. */
void events_continue(void);

/* proc asks: words 2 and 3 of the reply; `interrupts`: control-C was typed. */
void events_take(bool interrupts, bool is_due, uint32_t *ticks, uint32_t *events);
