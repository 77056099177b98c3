/*
 * Alarms: SIGALRM for a process at a tick, and perhaps repeatedly. They are sorted by their ticks, like the sleepers.
 */
#pragma once

#include "servers/proc/process.h"

/* Sets a process's alarm in so many ticks, or none, in place of the one that it had. */
void alarms_set(struct process *process, uint32_t now, uint32_t ticks, uint32_t every);

/* The process ends. */
void alarms_remove(struct process *process);

/* In how many ticks it comes, 0: there is none. */
uint32_t alarms_left(const struct process *process, uint32_t now);

/* Sends some of what is due: true if there is more. */
bool alarms_ring(uint32_t now);
