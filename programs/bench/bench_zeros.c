/* bench_zeros: a program with 30 MiB of zeros, which reads its first and its last page, and ends. */
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"

enum { BYTES = 30 << 20 };

static volatile char zeros[BYTES];

_Noreturn void _start(void);

_Noreturn void _start(void)
{
    uint32_t sum = (uint32_t)(zeros[0] + zeros[BYTES - 1]);

    zeros[0] = zeros[BYTES - 1] = 1;
    proc_exit(CLIENT_SLOT_PROC, sum);
    __builtin_trap();
}
