#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/proc.h"

#include <unistd.h>

WEAK pid_t fork(void)
{
    uint32_t pid = 0;

    __console_show();
    int answer = proc_fork(CLIENT_SLOT_PROC, 0, &pid);
    return __result(answer, (int)pid);
}
