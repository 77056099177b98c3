#include "libuser/libc/internal.h"

#include <stdlib.h>

WEAK int abs(int x)
{
    return x < 0 ? -x : x;
}

WEAK long labs(long x)
{
    return x < 0 ? -x : x;
}
