#include "servers/mem/pager.h"

#include <assert.h>

#include "libuser/ipc/ipc.h"
#include "servers/mem/frames.h"
#include "servers/mem/kernel_calls.h"
#include "servers/mem/named.h"
#include "servers/mem/named_calls.h"
#include "servers/mem/regions.h"
#include "servers/mem/shm_table.h"

static bool allowed(uint32_t entry, uint32_t cause)
{
    if (cause & FAULT_WRITE)
        return (entry & (PAGE_WRITE | PAGE_NO_WRITE)) == PAGE_WRITE;
    if (cause & FAULT_EXECUTE)
        return entry & PAGE_EXECUTE;
    return !(entry & PAGE_NO_READ);
}

static uint32_t with_frame(uint32_t entry, uint32_t frame)
{
    return (entry & ~(uint32_t)(PAGE_KINDS | PAGE_VALUE | PAGE_COW)) | PAGE_FRAME | PAGE_MAPPED | frame;
}

static uint32_t fill_zero(uint32_t entry)
{
    uint32_t frame = frames_take();
    err_t err = kernel_clear(frame);

    assert(err == OK);
    return with_frame(entry, frame);
}

static __attribute__((noinline)) uint32_t copy_archive(uint32_t entry)
{
    uint32_t frame = frames_take();
    err_t err = kernel_copy_archive(frame, entry & PAGE_VALUE, PAGE_SIZE);

    assert(err == OK);
    return with_frame(entry, frame);
}

static __attribute__((noinline)) uint32_t copy_shared(uint32_t entry)
{
    uint32_t shared = entry & PAGE_VALUE, frame = frames_take();
    err_t err = kernel_copy(frame, shared);

    assert(err == OK);
    frames_drop(shared);
    return with_frame(entry, frame);
}

/* The last sharer of a page gets it writable, without a copy. */
static uint32_t make_private(uint32_t entry)
{
    return frames_is_shared(entry & PAGE_VALUE) ? copy_shared(entry) : (entry & ~(uint32_t)PAGE_COW) | PAGE_MAPPED;
}

static uint32_t materialize(uint32_t entry, uint32_t cause)
{
    if (entry & PAGE_COW && cause & FAULT_WRITE)
        return make_private(entry);
    if (entry & PAGE_ZERO)
        return fill_zero(entry);
    if (entry & PAGE_ARCHIVE && entry & PAGE_WRITE)
        return copy_archive(entry);
    return entry | PAGE_MAPPED;
}

static bool promise_stack(struct space *space, uint32_t address)
{
    return address >= STACK_TOP - STACK_PROMISED * PAGE_SIZE || space_promise(space, address, address + PAGE_SIZE, 1);
}

/* Makes the entry of a page that has none, or is in 4 MiB without a leaf: a page of the heap, the stack, mmap, or a
 * named segment. Null: there is no such page, or no memory for a deep stack. */
static __attribute__((noinline)) uint32_t *first_touch(struct space *space, uint32_t address)
{
    uint32_t reserved = pages_get(&space->pages, address);
    bool stack = !reserved && regions_is_stack(space, address);

    if (!reserved && !stack && !regions_is_heap(space, address))
        return named_touch(space, address);
    if (stack && !promise_stack(space, address))
        return NULL;
    uint32_t *entry = pages_open(&space->pages, address);
    if (!reserved)
        *entry = PAGE_ZERO | PAGE_WRITE;
    return entry;
}

/* The page's entry, with a frame that allows the access; null: see pager_resolve(). */
static inline __attribute__((always_inline)) const uint32_t *resolve(struct space *space, uint32_t address,
                                                                     uint32_t cause)
{
    if (address >= USER_END)
        return NULL;
    uint32_t *entry = pages_find(&space->pages, address);
    if (!entry || !*entry)
        entry = first_touch(space, address);
    if (!entry || *entry & PAGE_FOREIGN || !allowed(*entry, cause))
        return NULL;
    *entry = materialize(*entry, cause);
    return entry;
}

bool pager_allows(struct space *space, uint32_t address, uint32_t cause)
{
    if (address >= USER_END)
        return false;
    uint32_t entry = pages_get(&space->pages, address);
    if (!entry && (regions_is_stack(space, address) || regions_is_heap(space, address)))
        entry = PAGE_ZERO | PAGE_WRITE;
    return entry && !(entry & PAGE_FOREIGN) && allowed(entry, cause);
}

bool pager_is_foreign(struct space *space, uint32_t address, uint32_t cause)
{
    uint32_t entry = address < USER_END ? pages_get(&space->pages, address) : 0;

    return entry & PAGE_FOREIGN && allowed(entry, cause);
}

/* The item that grants an entry's page. */
static struct item page_item(uint32_t address, uint32_t entry)
{
    uint32_t slot = entry & PAGE_ARCHIVE ? MEM_SLOT_ARCHIVE : MEM_SLOT_MEMORY;
    uint32_t page = entry & PAGE_VALUE;

    if (entry & PAGE_SHM)
        page = named_is_address(address) ? named_frame(address) : shm_table_at(shm_number(address))->frame;
    return item_memory(slot, page_rights(entry), page, 1, address);
}

bool pager_resolve(struct space *space, uint32_t address, uint32_t cause, struct item *item)
{
    address &= -(uint32_t)PAGE_SIZE;
    const uint32_t *entry = resolve(space, address, cause);
    if (!entry)
        return false;
    *item = page_item(address, *entry);
    return true;
}

/* An earlier mapping there is removed, too, as the space does not hold its page any more. */
void pager_refused(struct space *space, uint32_t address)
{
    address &= -(uint32_t)PAGE_SIZE;
    uint32_t *entry = pages_find(&space->pages, address);

    space_unmap(space, address, 1);
    *entry &= ~(uint32_t)PAGE_MAPPED;
}

bool pager_provide(struct space *space, uint32_t address)
{
    const uint32_t *entry = resolve(space, address, FAULT_WRITE);

    if (!entry)
        return false;
    const struct map_request request = {address, page_rights(*entry), MEM_SLOT_MEMORY, 1, *entry & PAGE_VALUE};
    if (!space_map(space, &request))
        return true;
    pager_refused(space, address);
    return false;
}
