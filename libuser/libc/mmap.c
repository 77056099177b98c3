#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/mem.h"

#include <sys/mman.h>

WEAK void *mmap(void *address, size_t length)
{
    uint32_t at = 0;
    int answer = mem_mmap(CLIENT_SLOT_MEM, 0, (uint32_t)address, length, &at);

    return (void *)(intptr_t)__result(answer, (int)at);
}

WEAK int munmap(void *address, size_t length)
{
    return __result(mem_munmap(CLIENT_SLOT_MEM, 0, (uint32_t)address, length), 0);
}
