/*
 * Programs that take random steps and print the result of each. The output must be the same here and on Linux.
 *
 *      NAME SEED STEPS
 *
 * They work in a new directory inside the present one. No step does anything in which the systems may differ.
 */
#pragma once

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct step {
    unsigned weight; /* its share of the sum of all weights */
    const char *name;
    void (*take)(void);
};

#define NAMED(error)                                                                                                   \
    {                                                                                                                  \
        error, #error                                                                                                  \
    }

static uint32_t steps_state;

static uint32_t below(uint32_t limit)
{
    steps_state ^= steps_state << 13;
    steps_state ^= steps_state >> 17;
    steps_state ^= steps_state << 5;
    return (steps_state >> 3) % limit;
}

static inline uint32_t hash(const void *bytes, long count)
{
    uint32_t sum = 17;

    for (long i = 0; i < count; i++)
        sum = sum * 31 + ((const unsigned char *)bytes)[i];
    return sum;
}

static const char *error_name(int error)
{
    static const struct {
        int error;
        const char *name;
    } names[] = {NAMED(EACCES), NAMED(EAGAIN),  NAMED(EBADF),     NAMED(EBUSY),        NAMED(EEXIST), NAMED(EFAULT),
                 NAMED(EFBIG),  NAMED(EINVAL),  NAMED(EISDIR),    NAMED(ENAMETOOLONG), NAMED(ENODEV), NAMED(ENOENT),
                 NAMED(ENOMEM), NAMED(ENOTDIR), NAMED(ENOTEMPTY), NAMED(EOVERFLOW),    NAMED(EPERM),  NAMED(EPIPE),
                 NAMED(ERANGE), NAMED(ESPIPE),  NAMED(ECHILD),    NAMED(ESRCH),        NAMED(ENXIO),  NAMED(EMFILE)};
    static char number[12];

    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].error == error)
            return names[i].name;
    snprintf(number, sizeof number, "%d", error);
    return number;
}

/* Prints " = RESULT" or " = " and the name of errno, and ends the line. */
static void print_result(long result)
{
    if (result >= 0)
        printf(" = %ld\n", result);
    else
        printf(" = %s\n", error_name(errno));
}

static void step_take(const struct step *steps, uint32_t at)
{
    for (; at >= steps->weight; steps++)
        at -= steps->weight;
    printf("%s", steps->name);
    steps->take();
    fflush(stdout);
}

/* Makes the directory in which the steps work, in another one. */
static inline void steps_begin(void)
{
    umask(022);
    if (mkdir("v", 0755) || chdir("v") || mkdir("w", 0755) || chdir("w"))
        exit(3);
}

/* Takes the steps that the arguments say, chosen from the list, which ends with a weight of 0. */
static int steps_take(int argc, char **argv, const struct step *steps)
{
    uint32_t all = 0;

    if (argc != 3)
        return 2;
    steps_state = (uint32_t)strtoul(argv[1], NULL, 0) * 2654435761u + 1;
    for (const struct step *step = steps; step->weight; step++)
        all += step->weight;
    for (unsigned long i = 0; i < strtoul(argv[2], NULL, 0); i++) {
        printf("%lu ", i);
        step_take(steps, below(all));
    }
    return 0;
}
