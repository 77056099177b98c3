#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/proc.h"

#include <unistd.h>

enum { MICROSECONDS_PER_TICK = 1000000 / TICKS_PER_SECOND };

static int sleep_ticks(uint32_t ticks)
{
    __console_show();
    return __result(proc_sleep(CLIENT_SLOT_PROC, 0, ticks), 0);
}

WEAK unsigned sleep(unsigned seconds)
{
    if (seconds > INT32_MAX / TICKS_PER_SECOND)
        seconds = INT32_MAX / TICKS_PER_SECOND;
    return sleep_ticks(seconds * TICKS_PER_SECOND) < 0 ? seconds : 0;
}

WEAK int usleep(unsigned microseconds)
{
    uint32_t ticks = microseconds / MICROSECONDS_PER_TICK;
    return sleep_ticks(ticks + (microseconds % MICROSECONDS_PER_TICK != 0));
}
