#include "libuser/libc/internal.h"

#include <stdlib.h>

WEAK long atol(const char *text)
{
    return strtol(text, NULL, 10);
}

WEAK int atoi(const char *text)
{
    return (int)strtol(text, NULL, 10);
}
