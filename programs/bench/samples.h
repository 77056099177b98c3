/*
 * Measures the cost of a stretch of code: reads the processor's cycle counter before and after it, SAMPLES times. Under
 * `-icount shift=0` the counter counts instructions, each once.
 */
#pragma once

#include <stdint.h>

enum { SAMPLES = 1000 };

struct samples {
    uint32_t count;
    uint32_t values[SAMPLES];
};

struct figures {
    uint32_t minimum, median, maximum;
};

static inline uint32_t cycles(void)
{
    uint32_t low;

    __asm__ volatile("rdtsc" : "=a"(low) : : "edx", "memory");
    return low;
}

/* Adds a stretch from `begin` to `end`, less the cost of reading the counter. */
void samples_add(struct samples *samples, uint32_t begin, uint32_t end);

/* Sorts the values, of which there must be one or more. */
struct figures samples_figures(struct samples *samples);
