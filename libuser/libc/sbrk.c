#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/mem.h"

#include <unistd.h>

WEAK void *sbrk(intptr_t increment)
{
    uint32_t old = 0;
    int answer = mem_sbrk(CLIENT_SLOT_MEM, 0, (uint32_t)increment, &old);

    return (void *)(intptr_t)__result(answer, (int)old);
}
