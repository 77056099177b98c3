#include "programs/bench/samples.h"

enum { EMPTY_STRETCH = 2 }; /* cycles(), and keeping its result */

void samples_add(struct samples *samples, uint32_t begin, uint32_t end)
{
    if (samples->count < SAMPLES)
        samples->values[samples->count++] = end - begin - EMPTY_STRETCH;
}

/* Most values are equal, so there is little to move. */
static void sort(struct samples *samples)
{
    for (uint32_t i = 1; i < samples->count; i++) {
        uint32_t value = samples->values[i], at = i;
        for (; at > 0 && samples->values[at - 1] > value; at--)
            samples->values[at] = samples->values[at - 1];
        samples->values[at] = value;
    }
}

struct figures samples_figures(struct samples *samples)
{
    sort(samples);
    return (struct figures){.minimum = samples->values[0],
                            .median = samples->values[samples->count / 2],
                            .maximum = samples->values[samples->count - 1]};
}
