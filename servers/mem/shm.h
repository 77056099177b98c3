/*
 * Shared segments as a space has them open. The count of opens is in the page map's entry; the
 * mapping is there from the first to the last.
 */
#pragma once

#include "libuser/libc/errno.h"
#include "servers/mem/shm_table.h"
#include "servers/mem/space.h"

enum { SHM_ATTACHED = 1, ENTRY_SHM = PAGE_SHM | PAGE_WRITE | PAGE_MAPPED };

/* Opens a segment that exists. SHM_ATTACHED: it was not open in this space, and its page has yet to
 * be granted; 0: it is there already; -ENOMEM. */
static inline int shm_attach(struct space *space, uint32_t number)
{
    uint32_t *entry = pages_open(&space->pages, shm_address(number));

    if (!entry)
        return -ENOMEM;
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

/* The same for a segment that is made. */
int shm_create(struct space *space, uint32_t id, uint32_t *number);

/* Takes one open back, and with the last one the page. -ENOENT: the segment is not open here. */
int shm_close(struct space *space, uint32_t id);
