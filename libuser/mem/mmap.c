#include "libuser/mem/mmap.h"

#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/mem.h"

WEAK void *mmap(void *address, size_t length)
{
    uint32_t at = 0;
    int answer;

    do
        answer = mem_mmap(CLIENT_SLOT_MEM, 0, (uint32_t)address, length, &at);
    while (answer == MEM_MORE);
    return (void *)(intptr_t)__result(answer, (int)at);
}
