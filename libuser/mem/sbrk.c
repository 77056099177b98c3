#include "libuser/mem/sbrk.h"

#include "libuser/mem/result.h"
#include "libuser/vdso/call.h"

WEAK void *tally_sbrk(intptr_t bytes)
{
    int32_t old = linux_call(TALLY_SBRK, (uint32_t)bytes, 0, 0);

    return (void *)(intptr_t)c_result(old, old);
}
