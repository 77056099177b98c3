/*
 * Alarms: SIGALRM for a process at a tick, and perhaps repeatedly. They are sorted by their ticks, like the sleepers.
 */
#pragma once

#include "servers/proc/process.h"

/* Sets or cancels a process's alarm in `ticks` ticks; it replaces the earlier one. */
void alarms_set(struct process *process, uint32_t now, uint32_t ticks, uint32_t every);

/* Cancels the alarm of a process that ends. */
void alarms_remove(struct process *process);

/* Ticks until the alarm; 0: there is none. */
uint32_t alarms_left(const struct process *process, uint32_t now);

/* Sends some of the due alarms: true if more are left. */
bool alarms_expire(uint32_t now);
