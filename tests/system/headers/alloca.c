/* <alloca.h> */
#include "tests/system/headers/headers.h"

#include <alloca.h>
#include <string.h>

static bool memory(void)
{
    char *first = alloca(100), *second = alloca(100);

    memset(first, 1, 100);
    memset(second, 2, 100);
    return IS(first[99], 1) && IS(second[0], 2);
}

const struct tap_point header_alloca[] = {{"memory of the stack", memory}, {0, 0}};
