/* The rows of a program: runs all, or the one named by its first argument. */
#pragma once

#include "programs/bench/samples.h"

struct row {
    const char *name;
    void (*run)(struct samples *samples); /* takes SAMPLES samples */
};

/*
 * Prints a line for each row:
 *     bench: NAME MINIMUM MEDIAN MAXIMUM
 * Returns the exit status: 1 if a row lacks samples, 2 if no row has that name.
 */
int rows_run(const struct row *rows, unsigned count, const char *name);

/* Ends the program with 1 and says why. */
_Noreturn void rows_fail(const char *what);
