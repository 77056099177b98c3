/*
 * The processor of a process: the one with the fewest processes when it is made.
 *
 * A forked child is *young* at first and runs on its parent's processor, behind its parent: so the parent
 * acts first, as on a machine with one processor, even if processors are delayed. After YOUNG_TICKS ticks
 * the child moves to its own processor.
 */
#pragma once

#include "servers/proc/process.h"

enum { YOUNG_TICKS = 4 };

/* Sets the number of processors; once, at the start. */
void cpus_init(uint32_t count);

uint32_t cpus_take(void);
void cpus_give(uint32_t cpu);

/* Adds a process whose thread is on its parent's processor, not on its own. */
void cpus_add_young(struct process *process);

/* Removes a process that ends, if it is young. */
void cpus_remove_young(struct process *process);

/* At each tick: moves the processes that are old enough, a bounded number; the others at the next tick. */
void cpus_tick(void);
