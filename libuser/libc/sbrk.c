#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/clients.h"
#include "servers/proto/mem.h"

#include <unistd.h>

WEAK void *sbrk(intptr_t increment)
{
    uint32_t first = 0, end = 0;
    int answer = mem_sbrk(CLIENT_SLOT_MEM, 0, (uint32_t)increment, &first, &end);

    for (uint32_t old = first; answer == MEM_MORE;) {
        increment -= (intptr_t)(end - old);
        answer = mem_sbrk(CLIENT_SLOT_MEM, 0, (uint32_t)increment, &old, &end);
    }
    return (void *)(intptr_t)__result(answer, (int)first);
}
