/*
 * Random events of three processors that run the kernel's real core, with all checks: what test_smp_random.c and the
 * fuzzer are made of. The numbers are random_below()'s.
 */
#pragma once

#include <stdbool.h>

extern struct smp_counts {
    unsigned long steps, left, nested; /* events; calls left between steps; events that came within others' steps */
} smp_counts;

/* From boot until init is dead, or so many steps are done, or `goes_on` says no; then everything ends, and every frame
 * must be memory again. A failure aborts. */
void smp_run(unsigned steps, bool (*goes_on)(void));
