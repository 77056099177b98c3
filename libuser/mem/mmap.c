#include "libuser/mem/mmap.h"

#include "libuser/ipc/ipc.h"
#include "libuser/mem/result.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"

WEAK void *mmap(void *address, size_t length)
{
    uint32_t at = 0;
    int status;

    do
        status = mem_mmap(CLIENT_SLOT_MEM, (uint32_t)address, length, &at);
    while (status == MEM_MORE);
    return (void *)(intptr_t)c_result(status, (int)at);
}

WEAK int munmap(void *address, size_t length)
{
    uint32_t end = (uint32_t)address + length, rest = (uint32_t)address;
    int status;

    do
        status = mem_munmap(CLIENT_SLOT_MEM, rest, end - rest, &rest);
    while (status == MEM_MORE);
    return c_result(status, 0);
}
