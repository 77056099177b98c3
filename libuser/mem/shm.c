#include "libuser/mem/shm.h"

#include "libuser/ipc/ipc.h"
#include "libuser/mem/result.h"
#include "servers/proto/layout.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"

/* The window for granted pages is open only in this call. */
WEAK int shm_open(int id, char **pointer)
{
    uint32_t address = 0;

    if (is_bad_address(pointer, sizeof *pointer))
        return c_result(-EFAULT, 0);
    uint32_t window = ipc_window(SHM_BASE, SHM_PAGES);
    int status = mem_shm_open(CLIENT_SLOT_MEM, window, (uint32_t)id, &address);

    if (status)
        return c_result(status, 0);
    *pointer = (char *)address;
    return 0;
}

WEAK int shm_close(int id)
{
    return c_result(mem_shm_close(CLIENT_SLOT_MEM, (uint32_t)id), 0);
}
