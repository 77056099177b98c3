/* mprotect: the rights of a program's pages. */
#include <errno.h>

#include "servers/mem/named_calls.h"
#include "servers/mem/regions.h"
#include "servers/proto/layout.h"
#include "servers/proto/slots.h"

/* The page's entry, present or as it will be at the first touch; 0: there is no page. */
static uint32_t entry_at(const struct space *space, uint32_t address)
{
    uint32_t entry = pages_get(&space->pages, address);

    return entry || !regions_is_heap(space, address) ? entry : PAGE_ZERO | PAGE_WRITE;
}

/* The entry of a foreign page. Its granter decides the rights; this is only the program's request. */
static uint32_t foreign_with_rights(uint32_t rights)
{
    return rights ? ENTRY_FOREIGN | (rights & RIGHT_WRITE ? PAGE_WRITE : 0) : ENTRY_FOREIGN_HIDDEN;
}

static uint32_t with_rights(uint32_t entry, uint32_t rights)
{
    if (entry & PAGE_FOREIGN)
        return foreign_with_rights(rights);
    entry &= ~(uint32_t)(PAGE_PROTECTED | PAGE_EXECUTE);
    if (!(rights & RIGHT_READ))
        entry |= PAGE_NO_READ;
    if (!(rights & RIGHT_WRITE) && entry & PAGE_WRITE)
        entry |= PAGE_NO_WRITE;
    if (rights & RIGHT_EXECUTE)
        entry |= PAGE_EXECUTE;
    return entry;
}

/* The rights of segments' pages and of the vdso's are not the program's to change. */
static bool has_fixed_rights(uint32_t entry, uint32_t address)
{
    return entry & PAGE_SHM || (address >= VDSO_BASE && address < PROGRAM_BASE);
}

static bool may_have(uint32_t entry, uint32_t rights)
{
    return entry & PAGE_FOREIGN ? !(rights & RIGHT_EXECUTE) : !(rights & RIGHT_WRITE) || entry & PAGE_WRITE;
}

static int check(const struct space *space, uint32_t address, uint32_t rights)
{
    uint32_t entry = entry_at(space, address);

    if (!entry)
        return named_is_attached(space, address) ? -EACCES : -ENOMEM;
    return has_fixed_rights(entry, address) || !may_have(entry, rights) ? -EACCES : 0;
}

/* Unmaps a page that was mapped with other rights; it is mapped again when it is touched. A foreign page may be mapped
 * with fewer rights than its entry has, so it is unmapped in any case. */
static void protect(struct space *space, uint32_t address, uint32_t rights)
{
    uint32_t before = entry_at(space, address), after = with_rights(before, rights);

    if (before & PAGE_FOREIGN) {
        space_unmap(space, address, 1);
    } else if (before == after) {
        return;
    } else if (before & PAGE_MAPPED && page_rights(before) != page_rights(after)) {
        space_unmap(space, address, 1);
        after &= ~(uint32_t)PAGE_MAPPED;
    }
    *pages_open(&space->pages, address) = after;
}

static bool are_rights(uint32_t rights)
{
    return rights == 0 || rights == RIGHT_READ || rights == (RIGHT_READ | RIGHT_WRITE) ||
           rights == (RIGHT_READ | RIGHT_EXECUTE);
}

int regions_protect(struct space *space, uint32_t *address, uint32_t length, uint32_t rights)
{
    uint32_t pages = pages_of(length), first = *address;

    if (!length || first % PAGE_SIZE || first >= USER_END || pages > (USER_END - first) >> PAGE_BITS ||
        !are_rights(rights))
        return -EINVAL;
    for (uint32_t done = 0; done < pages; done++, *address += PAGE_SIZE) {
        if (done == STEP_PAGES / 2)
            return MEM_MORE;
        int status = check(space, *address, rights);
        if (status)
            return status;
        protect(space, *address, rights);
    }
    return 0;
}
