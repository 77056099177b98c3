/* <sys/times.h> */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <sys/times.h>

static bool ticks(void)
{
    struct tms process;
    clock_t before = times(&process);

    return HOLDS(before > 0) && HOLDS(process.tms_utime >= 0) && HOLDS(times(&process) >= before);
}

const struct tap_point header_sys_times[] = {{"ticks", ticks}, {0, 0}};
