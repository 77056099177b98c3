/*
 * Numbered segments in a space. The page map's entry counts the opens; the mapping exists from the
 * first open to the last close.
 */
#pragma once

#include "servers/mem/shm_table.h"
#include "servers/mem/space.h"

#include <errno.h>

/* An error's status is made only on its path: compilers make constants ahead, where most calls do not need them. */
static inline int not_hoisted(int status)
{
    __asm__ volatile("" : "+r"(status));
    return status;
}

enum { SHM_ATTACHED = 1, ENTRY_SHM = PAGE_SHM | PAGE_WRITE | PAGE_MAPPED };

/* Notes the first open of a segment, for which the space has been charged; its page must still be granted. */
static inline int shm_hold(uint32_t *entry, uint32_t number)
{
    *entry = ENTRY_SHM | 1;
    shm_table_at(number)->holders++;
    return SHM_ATTACHED;
}

/* shm_attach() if no leaf spans the address, so that the segment is not open. */
static __attribute__((noinline)) int shm_attach_wider(struct space *space, uint32_t number)
{
    uint32_t address = shm_address(number);

    if (!space_promise(space, address, address + PAGE_SIZE, shm_table.price))
        return -ENOMEM;
    return shm_hold(pages_open_wider(&space->pages, address), number);
}

/* The word with the segment's entry in the page map; null: no leaf spans the address. */
static inline uint32_t *shm_entry(const struct space *space, uint32_t number)
{
    uint32_t address = shm_address(number), word = space->pages.directory[address >> LEAF_SHIFT];

    return pages_spans(word, address) ? pages_entry(word, address) : NULL;
}

/* Opens an existing segment. SHM_ATTACHED: it was not open in this space, and its page must still be
 * granted; 0: its page is mapped already; -ENOMEM. */
static inline int shm_attach(struct space *space, uint32_t number)
{
    uint32_t *entry = shm_entry(space, number);

    if (__builtin_expect(!entry, 0))
        return shm_attach_wider(space, number);
    if (__builtin_expect(*entry != 0, 0)) {
        if ((*entry & PAGE_VALUE) == PAGE_VALUE)
            return not_hoisted(-ENOMEM);
        ++*entry;
        return 0;
    }
    return space_commit(space, shm_table.price) ? shm_hold(entry, number) : not_hoisted(-ENOMEM);
}

/* Makes a segment and opens it: its number, or SEGMENT_NONE: no memory. Its price is charged before the table grows. */
static inline uint32_t shm_create(struct space *space, uint32_t id)
{
    if (!space_commit(space, shm_table.price))
        return SEGMENT_NONE;
    uint32_t number = shm_table_add(id), *entry = number == SEGMENT_NONE ? NULL : shm_entry(space, number);
    if (entry) {
        shm_hold(entry, number);
        return number;
    }
    space_uncommit(space, shm_table.price);
    if (number != SEGMENT_NONE && shm_attach_wider(space, number) != SHM_ATTACHED) {
        shm_table_remove(number);
        return SEGMENT_NONE;
    }
    return number;
}

/* Undoes one open; the last one removes the page. -ENOENT: the segment is not open here. */
static inline __attribute__((always_inline)) int shm_close(struct space *space, uint32_t id)
{
    uint32_t number = shm_table_find(id);

    if (number == SEGMENT_NONE)
        return not_hoisted(-ENOENT);
    uint32_t address = shm_address(number), *entry = pages_find(&space->pages, address);
    if (!entry || !*entry)
        return not_hoisted(-ENOENT);
    if ((*entry & PAGE_VALUE) > 1) {
        --*entry;
        return 0;
    }
    *entry = 0;
    space_uncommit(space, shm_table.price);
    if (shm_table_at(number)->holders == 1) {
        shm_table_remove(number); /* and with it its frame's last mappings */
        return 0;
    }
    space_unmap(space, address, 1);
    shm_table_at(number)->holders--;
    return 0;
}
