/* A counterexample as a test of its own: `explore WORLD --as-test FILE` writes one, and tests/explore/CMakeLists.txt
 * makes a program of each test_*.c here. */
#pragma once

#include "tests/explore/events.h"

/* Writes it. False if the file cannot be written. */
bool as_test_write(const char *path, const char *violation, const struct event *events, unsigned count);

/* What such a test's main() is: the events happen one after the other, with all checks. The status to exit with. */
int as_test_run(const char *world, const struct event *events, unsigned count);
