/*
 * The memory server of proc's naive kernel (proc_kernel.h): spaces, and what is done with them in part.
 *
 *   K4  what mem has done in part is gone on with, or ended; a space that ends is not asked of anything else; no
 *       thread of it may run, and the console hears of it at once, and again when it cannot call any more
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* In the call that is served: something was refused; mem did a part. */
extern bool fake_refused, fake_in_parts;
extern uint32_t fake_refusals;     /* so many ever */
extern uint32_t fake_told;         /* the space whose fault mem has told of, 0: none */
extern uint32_t fake_refused_late; /* the space of which something was refused after its old program had gone */

/* One in so many is refused for lack of memory; 0: none. */
extern uint32_t fake_refuse_one_in;

/* Of forks, emptyings and ends one in so many is done in part; 0: none. */
extern uint32_t fake_part_one_in;

/* True if the kernel, or mem, has no more for it; of a process that may be in the middle of exec. */
bool mem_refuses(void);
bool mem_refuses_of(uint32_t space);

/* A call, with its answer. */
int mem_answer(uint32_t flags, uint32_t *w);

/* There is such a space; nothing of it is done in part; its end is. */
bool mem_has(uint32_t space);
bool mem_is_whole(uint32_t space);
bool mem_ends(uint32_t space);

/* Nothing is left to do, nor to tell of. */
bool mem_is_idle(void);

/* A thread of that space faulted beyond help. */
void fake_fatal_fault(uint32_t space, uint32_t vector, bool no_memory);

/* The next message is about to be served; all is as at first. */
void mem_next(void);
void mem_begin(void);
