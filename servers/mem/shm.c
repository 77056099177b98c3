#include "servers/mem/shm.h"

#include "libuser/libc/errno.h"
#include "servers/mem/shm_table.h"

enum { ENTRY_SHM = PAGE_SHM | PAGE_WRITE | PAGE_MAPPED };

int shm_open(struct space *space, uint32_t id, uint32_t *address)
{
    uint32_t number = shm_table_find(id);
    bool is_new = number == SEGMENT_NONE;

    if (is_new && (number = shm_table_add(id)) == SEGMENT_NONE)
        return -ENOMEM;
    *address = shm_address(number);
    uint32_t *entry = pages_open(&space->pages, *address);
    if (!entry) {
        if (is_new)
            shm_table_drop(number);
        return -ENOMEM;
    }
    if (*entry) {
        if ((*entry & PAGE_VALUE) == PAGE_VALUE)
            return -ENOMEM;
        ++*entry;
        return 0;
    }
    *entry = ENTRY_SHM | 1;
    shm_table_at(number)->holders++;
    return SHM_ATTACHED;
}

int shm_close(struct space *space, uint32_t id)
{
    uint32_t number = shm_table_find(id);

    if (number == SEGMENT_NONE)
        return -ENOENT;
    uint32_t address = shm_address(number), *entry = pages_find(&space->pages, address);
    if (!entry || !*entry)
        return -ENOENT;
    if ((*entry & PAGE_VALUE) > 1) {
        --*entry;
        return 0;
    }
    space_unmap(space, address, 1);
    *entry = 0;
    shm_table_drop(number);
    return 0;
}
