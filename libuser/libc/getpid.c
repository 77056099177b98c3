#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/proc.h"

#include <unistd.h>

WEAK pid_t getpid(void)
{
    uint32_t pid = 0, parent;
    return __result(proc_getpid(CLIENT_SLOT_PROC, 0, &pid, &parent), (int)pid);
}
