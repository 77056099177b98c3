/* A world with two threads of init's task, each running on a processor of its own. The test decides what the second
 * does between the steps of the first one's long calls. */
#pragma once

#include "tests/host/kernel_world.h"

enum { PAIR_SECOND = 10 }; /* the second thread's slot */

/* Boots; afterwards `first` runs on processor 0, `second` on processor 1. */
extern struct thread *first, *second;
void pair_boot(void);

/* Makes a system call as one of the two, which must be done when it returns. Returns its status. */
int32_t pair_call(struct thread *thread, uint32_t number, uint32_t slot, const uint32_t arguments[4]);
#define FIRST(number, slot, ...)  pair_call(first, number, slot, (const uint32_t[4]){__VA_ARGS__})
#define SECOND(number, slot, ...) pair_call(second, number, slot, (const uint32_t[4]){__VA_ARGS__})

/* Called between two steps of a call of the first thread, with the number of steps before; null: not called. */
extern void (*pair_between)(unsigned step);

/* Ends the world, and checks that every frame is memory again. */
void pair_end(void);
