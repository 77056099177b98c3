#include "servers/mem/shm.h"

int shm_create(struct space *space, uint32_t id, uint32_t *number)
{
    *number = shm_table_add(id);
    if (*number == SEGMENT_NONE)
        return -ENOMEM;
    int status = shm_attach(space, *number);
    if (status < 0)
        shm_table_drop(*number);
    return status;
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
    *entry = 0;
    if (shm_table_at(number)->holders > 1)
        space_unmap(space, address, 1); /* else its frame's last mappings go with the segment */
    shm_table_drop(number);
    return 0;
}
