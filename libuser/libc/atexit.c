#include "libuser/libc/internal.h"

#include <stdlib.h>

static void (*functions[8])(void);
static unsigned count;

void __functions_run(void)
{
    while (count)
        functions[--count]();
}

WEAK int atexit(void (*function)(void))
{
    if (count == sizeof functions / sizeof functions[0])
        return -1;
    functions[count++] = function;
    return 0;
}
