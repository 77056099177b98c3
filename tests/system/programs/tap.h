/*
 * Reports a test program's points as TAP on its standard output.
 *
 * Every point is a function that is called twice: the second call finds everything that the first had to touch (its
 * stack, its data, the servers' tables). So after the second call exactly as many frames must be free, and as many
 * segments open, as before it: no point leaks anything.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct tap_point {
    const char *text;
    bool (*holds)(void);
};

/* Skips the point, as it cannot be tested on this machine; the results say why. */
void tap_skip(const char *why);

/* Runs all points; returns the program's exit status: 0 if all hold. */
int tap_run(const struct tap_point *points, unsigned count);
#define TAP_RUN(points) tap_run(points, sizeof(points) / sizeof((points)[0]))

/* True if they are equal; otherwise says so. `what` is the expression of `got`. */
bool tap_is(int32_t got, int32_t wanted, const char *what, const char *file, int line);
#define IS(got, wanted) tap_is((int32_t)(got), (int32_t)(wanted), #got, __FILE_NAME__, __LINE__)

/* Checks a condition; says so if it does not hold. */
#define HOLDS(condition) tap_is(!!(condition), 1, #condition, __FILE_NAME__, __LINE__)

/* Checks that a call fails: -1 with this errno. */
#define FAILS(call, error) tap_fails((int32_t)(call), error, #call, __FILE_NAME__, __LINE__)
bool tap_fails(int32_t result, int error, const char *what, const char *file, int line);
