/* The rows of a program: all, or the one that its first argument names. */
#pragma once

#include "programs/bench/samples.h"

struct row {
    const char *name;
    void (*run)(struct samples *samples); /* takes SAMPLES samples */
};

/*
 * A line for each row:
 *     bench: NAME MINIMUM MEDIAN MAXIMUM
 * Returns the exit status: 1 if a row has not all of its samples, 2 if no row has that name.
 */
int rows_run(const struct row *rows, unsigned count, const char *name);

/* Ends the program with 1 and says why. */
_Noreturn void rows_fail(const char *what);
