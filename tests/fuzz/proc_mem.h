/*
 * The memory server of proc's naive kernel (proc_kernel.h): spaces, and calls on them that are done in parts.
 *
 *   K4  a call that mem has done in part is continued, or the space is ended; a space that ends gets no other call; no
 *       thread of it may run, and the console is notified of the end at once, and again when the process can no longer
 *       call
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* during the present message: a call was refused; a call was done in part */
extern bool fake_refused, fake_in_parts;
extern uint32_t fake_refusals;     /* in total */
extern uint32_t fake_reported;     /* the space whose fault mem has reported, 0: none */
extern uint32_t fake_refused_late; /* the space for which a call was refused after its old program was gone */

/* One call in so many is refused for lack of memory; 0: none. */
extern uint32_t fake_refuse_one_in;

/* One in so many forks, clears and ends is done in part; 0: none. */
extern uint32_t fake_part_one_in;

/* True if the kernel or mem refuses for lack of memory. */
bool mem_refuses(void);
bool mem_refuses_of(uint32_t space);

/* Replies to a call. */
int mem_reply(uint32_t flags, uint32_t *w);

/* Whether the space exists; whether no call on it is done in part; whether its end is. */
bool mem_has(uint32_t space);
bool mem_is_whole(uint32_t space);
bool mem_ends(uint32_t space);

/* Nothing is left to do or to report. */
bool mem_is_idle(void);

/* A thread of that space had a fatal fault. */
void fake_fatal_fault(uint32_t space, uint32_t vector, bool no_memory);

/* The next message is about to be served; resets what concerns one message. */
void mem_next(void);
void mem_begin(void);
