#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/proc.h"

#include <signal.h>

WEAK int kill(pid_t pid, int signal)
{
    __console_show();
    return __result(proc_kill(CLIENT_SLOT_PROC, 0, (uint32_t)pid, (uint32_t)signal), 0);
}
