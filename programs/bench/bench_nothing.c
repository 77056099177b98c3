/* bench_nothing: a program that ends at once, without a C library. */
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"

_Noreturn void _start(void);

_Noreturn void _start(void)
{
    proc_exit(CLIENT_SLOT_PROC, 0);
    __builtin_trap();
}
