/* <sched.h> */
#include "tests/system/headers/headers.h"

#include <sched.h>

static bool yields(void)
{
    return IS(sched_yield(), 0);
}

const struct tap_point header_sched[] = {{"the processor is yielded", yields}, {0, 0}};
