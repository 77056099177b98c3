/* The host tests' one macro, and their random numbers. A failed check aborts, so that the
 * sanitizers print where. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(cond)                                                                                                    \
    do {                                                                                                               \
        if (!(cond)) {                                                                                                 \
            fprintf(stderr, "%s:%d: CHECK(%s)\n", __FILE__, __LINE__, #cond);                                          \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* The same sequence in every run, unless a test sets the state; the upper bits of a linear congruence. */
extern uint64_t random_state;

/* If it is not null, it chooses the numbers instead: a fuzzer's bytes decide. */
extern uint32_t (*random_source)(uint32_t n);

static inline uint32_t random_below(uint32_t n)
{
    if (random_source)
        return random_source(n);
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % n;
}
