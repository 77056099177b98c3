/* Sleeping processes, in the order of the ticks at which they wake (ticks.h). */
#pragma once

#include "servers/proc/process.h"

/* Adds a process that wakes `ticks` after `now`. */
void sleepers_add(struct process *process, uint32_t now, uint32_t ticks);

/* Removes a process before its time. */
void sleepers_remove(struct process *process);

/* The remaining ticks: at least one. */
uint32_t sleepers_left(const struct process *process);

/* Removes and returns a process whose time has come, or 0. */
struct process *sleepers_next_due(uint32_t now);
