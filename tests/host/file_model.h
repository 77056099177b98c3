/*
 * A naive model of the file server's tree, and random operations on both: nodes, a list of names, and of each file's
 * bytes those of a few regions, around the borders of the page map's levels; all others are zero. After each operation
 * all walkers run.
 */
#pragma once

void model_begin(void);
void model_step(void);

/* All names and holders go: each page must be free again. */
void model_end(void);
