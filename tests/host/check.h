/* The host tests' CHECK, and random numbers. A failed check aborts, so that the sanitizers print where. */
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

/* The state of a linear congruential generator, whose upper bits are used. The sequence is the same in every run,
 * unless a test sets the state. */
extern uint64_t random_state;

/* If it is not null, it chooses the numbers instead, such as from a fuzzer's bytes. */
extern uint32_t (*random_source)(uint32_t n);

static inline uint32_t random_below(uint32_t n)
{
    if (random_source)
        return random_source(n);
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % n;
}
