#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/clients.h"
#include "servers/proto/mem.h"

#include <sys/mman.h>

WEAK int munmap(void *address, size_t length)
{
    uint32_t end = (uint32_t)address + length, rest = (uint32_t)address;
    int answer;

    do
        answer = mem_munmap(CLIENT_SLOT_MEM, 0, rest, end - rest, &rest);
    while (answer == MEM_MORE);
    return __result(answer, 0);
}
