/*
 * Random events of three processors that run the kernel's real core, with all checks, for test_smp_random.c and the
 * fuzzer. The numbers are those of random_below().
 */
#pragma once

#include <stdbool.h>

extern struct smp_counts {
    unsigned long steps, left, nested; /* events; calls left between steps; events during steps of other processors */
} smp_counts;

/* Runs from boot until init is destroyed, `steps` events are done, or may_continue() returns false. Then everything is
 * destroyed, and every frame must be memory again. A failure aborts. */
void smp_run(unsigned steps, bool (*may_continue)(void));
