/*
 * Shared segments as a space has them open. The count of opens is in the page map's entry; the
 * mapping is there from the first to the last.
 */
#pragma once

#include "libuser/libc/errno.h"
#include "servers/mem/shm_table.h"
#include "servers/mem/space.h"

enum { SHM_ATTACHED = 1, ENTRY_SHM = PAGE_SHM | PAGE_WRITE | PAGE_MAPPED };

/* Opens a segment; one that nobody holds goes if that fails. SHM_ATTACHED: it was not open in this
 * space, and its page has yet to be granted; 0: it is there already; -ENOMEM. */
static inline int shm_attach(struct space *space, uint32_t number)
{
    uint32_t *entry = pages_open(&space->pages, shm_address(number));

    if (!entry) {
        if (!shm_table_at(number)->holders)
            shm_table_remove(number);
        return -ENOMEM;
    }
    if (!*entry) {
        *entry = ENTRY_SHM | 1;
        shm_table_at(number)->holders++;
        return SHM_ATTACHED;
    }
    if ((*entry & PAGE_VALUE) == PAGE_VALUE)
        return -ENOMEM;
    ++*entry;
    return 0;
}

/* Takes one open back, and with the last one the page. -ENOENT: the segment is not open here. */
static inline __attribute__((always_inline)) int shm_close(struct space *space, uint32_t id)
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
    if (shm_table_at(number)->holders == 1) {
        shm_table_remove(number); /* and with it its frame's last mappings */
        return 0;
    }
    space_unmap(space, address, 1);
    shm_table_at(number)->holders--;
    return 0;
}
