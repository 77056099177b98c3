#include "libuser/libc/internal.h"

#include <stdlib.h>

static uint64_t state = 1;

WEAK void srand(unsigned seed)
{
    state = seed;
}

WEAK int rand(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (int)(state >> 33);
}
