#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/proc.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

_Noreturn void __exit_process(int status)
{
    proc_exit(CLIENT_SLOT_PROC, 0, (uint32_t)status);
    __builtin_trap();
}

WEAK _Noreturn void _exit(int status)
{
    __exit_process(status);
}

WEAK _Noreturn void _Exit(int status)
{
    __exit_process(status);
}

WEAK _Noreturn void exit(int status)
{
    if (__functions_run)
        __functions_run();
    __console_show();
    __exit_process(status);
}

WEAK _Noreturn void abort(void)
{
    uint32_t self = 0, parent;

    __console_show();
    if (proc_getpid(CLIENT_SLOT_PROC, 0, &self, &parent) == 0)
        proc_kill(CLIENT_SLOT_PROC, 0, self, SIGABRT);
    __builtin_trap();
}
