#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/proc.h"

#include <stdlib.h>
#include <unistd.h>

static void (*functions[8])(void);
static unsigned functions_count;

_Noreturn void __exit_process(int status)
{
    proc_exit(CLIENT_SLOT_PROC, 0, (uint32_t)status);
    __builtin_trap();
}

WEAK int atexit(void (*function)(void))
{
    if (functions_count == sizeof functions / sizeof functions[0])
        return -1;
    functions[functions_count++] = function;
    return 0;
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
    while (functions_count)
        functions[--functions_count]();
    __console_flush();
    __exit_process(status);
}

WEAK _Noreturn void abort(void)
{
    __console_flush();
    __builtin_trap();
}
