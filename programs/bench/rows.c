#include "programs/bench/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void rows_fail(const char *what)
{
    perror(what);
    exit(1);
}

static int run(const struct row *row)
{
    static struct samples samples;

    samples.count = 0;
    row->run(&samples);
    if (samples.count != SAMPLES) {
        fprintf(stderr, "bench: %s has %u samples\n", row->name, (unsigned)samples.count);
        return 1;
    }
    struct figures figures = samples_figures(&samples);
    printf("bench: %s %u %u %u\n", row->name, (unsigned)figures.minimum, (unsigned)figures.median,
           (unsigned)figures.maximum);
    return 0;
}

int rows_run(const struct row *rows, unsigned count, const char *name)
{
    unsigned found = 0;
    int status = 0;

    for (unsigned i = 0; i < count; i++)
        if (!name || strcmp(rows[i].name, name) == 0) {
            status |= run(&rows[i]);
            found++;
        }
    if (found)
        return status;
    fprintf(stderr, "bench: there is no row %s\n", name);
    return 2;
}
