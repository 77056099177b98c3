/*
 * A naive model of the file server's tree, and random operations on both. The model has nodes, a list of names, and of
 * each file's bytes only those of a few regions, around the borders of the page map's levels; all other bytes are zero.
 * All walkers run after each operation.
 */
#pragma once

void model_begin(void);
void model_step(void);

/* Removes all names and holders: every page must be free again. */
void model_end(void);
