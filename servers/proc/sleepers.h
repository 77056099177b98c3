/*
 * The processes that sleep, by the tick at which they wake, the first first. Ticks are 32 bits and
 * wrap; nobody sleeps longer than SLEEP_MAX, so that of two ticks the earlier can be told.
 */
#pragma once

#include "servers/proc/process.h"

#define SLEEP_MAX 0x3fffffffu

/* Adds a process that wakes `ticks` after `now`. */
void sleepers_add(struct process *process, uint32_t now, uint32_t ticks);

/* Takes a process out before its time. */
void sleepers_remove(struct process *process);

/* How many ticks it would sleep on: at least one. */
uint32_t sleepers_left(const struct process *process);

/* Takes out one whose time has come, or returns 0. */
struct process *sleepers_next_due(uint32_t now);
