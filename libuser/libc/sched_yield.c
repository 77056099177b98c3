#include "libuser/libc/internal.h"
#include "libuser/sys/calls.h"

#include <sched.h>

WEAK int sched_yield(void)
{
    return sys_thread_yield() == OK ? 0 : -1;
}
