/* Events for proc. It is signalled once, and then asks for them (news in console.proto). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct words;

/* There is something, until it has asked. */
void news_tell(void);

/* It is to say when a tick has passed; and whether it still has to. */
void news_want_ticks(void);
void news_set_ticks(bool are_wanted);

/* Somebody polls: when there is input, proc hears of it, once. */
void news_watch_input(void);
void news_input_is_ready(void);

/* Something is due, for which it comes again until it has heard that nothing is. */
void news_go_on(void);

/* It asks: words 2 and 3 of the answer; `interrupts`: control-C was typed. */
void news_take(bool interrupts, bool is_due, uint32_t *ticks, uint32_t *events);
