#include "libuser/mem/shm.h"

#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/mem/layout.h"
#include "servers/proto/mem.h"

/* The window for granted pages is open in this call only. */
WEAK int shm_open(int id, char **pointer)
{
    uint32_t address = 0;

    if (__is_bad(pointer, sizeof *pointer))
        return __result(-EFAULT, 0);
    uint32_t window = ipc_window(SHM_BASE, SHM_PAGES);
    int answer = mem_shm_open(CLIENT_SLOT_MEM, window, (uint32_t)id, &address);

    if (answer)
        return __result(answer, 0);
    *pointer = (char *)address;
    return 0;
}

WEAK int shm_close(int id)
{
    return __result(mem_shm_close(CLIENT_SLOT_MEM, 0, (uint32_t)id), 0);
}
