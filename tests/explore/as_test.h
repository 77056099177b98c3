/* A counterexample as a test of its own: `explore WORLD --as-test FILE` writes one, and tests/explore/CMakeLists.txt
 * builds a program from each test_*.c here. */
#pragma once

#include "tests/explore/events.h"

/* Writes it. False if the file cannot be written. */
bool as_test_write(const char *path, const char *violation, const struct event *events, unsigned count);

/* The main() of such a test: applies the events one after the other, with all checks. Returns the exit status. */
int as_test_run(const char *world, const struct event *events, unsigned count);
