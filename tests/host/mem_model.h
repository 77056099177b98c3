/*
 * A naive model of what programs must see of the memory server, and random programs that are compared with it: they
 * allocate, fork, share, touch pages and die. The numbers are those of random_below().
 */
#pragma once

#include "tests/host/fake_kernel.h"

/* A new server without programs. If memory is short, refusals for lack of it are right. */
void mem_model_start(struct fake_ram ram, bool is_short_of_memory);

/* A random program does something, or dies, and must see what the model says. */
void mem_model_step(void);

/* Checks all invariants, and the promises to all programs. */
void mem_model_check(void);

/* All programs die: every frame must then be free, or the server's own. */
void mem_model_end(void);
