#include "servers/mem/named_calls.h"

#include <errno.h>
#include <string.h>

#include "servers/mem/reply.h"
#include "servers/mem/calls.h"
#include "servers/mem/named.h"
#include "servers/mem/units.h"

/* A space's entry of a segment's first page during the detach: the page may not be touched any more. */
enum { ENTRY_CLOSING = PAGE_SHM | PAGE_FIRST | PAGE_NO_READ | 1 };

static uint32_t end_of(const struct named *segment)
{
    return segment->address + (segment->pages << PAGE_BITS);
}

/* The space's entry of the attached segment; 0: it is not attached. */
static uint32_t attached(const struct space *space, const struct named *segment)
{
    return pages_get(&space->pages, segment->address);
}

/* The same for the segment that contains the address. */
static uint32_t attached_around(const struct space *space, uint32_t address)
{
    const struct named *segment = named_is_address(address) ? named_around(address) : NULL;

    return segment && address < end_of(segment) ? attached(space, segment) : 0;
}

bool named_is_attached(const struct space *space, uint32_t address)
{
    return attached_around(space, address);
}

uint32_t *named_touch(struct space *space, uint32_t address)
{
    uint32_t first = attached_around(space, address);

    if (!first || first & PAGE_NO_READ)
        return NULL;
    uint32_t *entry = pages_open(&space->pages, address);
    *entry = PAGE_SHM | (first & PAGE_WRITE) | 1;
    return entry;
}

/* Copies the name from the message, padded with zeros: 0 or an error. */
static int take_name(char *name)
{
    const struct message_page *page = message_page;
    uint32_t bytes = ipc_data_bytes();
    const char *end = memchr(page->words, 0, bytes);

    if (bytes && !end)
        return -ENAMETOOLONG;
    uint32_t length = bytes ? (uint32_t)(end - (const char *)page->words) : 0;
    if (length >= SHM_NAME_BYTES)
        return -ENAMETOOLONG;
    memset(name, 0, SHM_NAME_BYTES);
    memcpy(name, page->words, length);
    return length ? 0 : -EINVAL;
}

/* ------------------------------------------------------------------------------------------ attach */

struct wish {
    char name[SHM_NAME_BYTES];
    uint32_t flags, pages;
};

/* Promises the frames for a segment's memory to the space: N3. */
static int promise_frames(struct space *space, uint32_t address, uint32_t pages)
{
    uint32_t heap = named_heap_pages(pages);

    if (!space_promise_heap(space, heap))
        return -ENOMEM;
    if (space_promise(space, address, address + (pages << PAGE_BITS), pages))
        return 0;
    space_unpromise_heap(space, heap);
    return -ENOMEM;
}

/* The same, and charges the due units. */
static int promise(struct space *space, uint32_t address, uint32_t pages, uint32_t units)
{
    struct account *account = limits_units(space->account);

    if (space->named >= space->named_limit)
        return -EMFILE;
    if (!account_charge(account, units))
        return -ENFILE;
    int error = promise_frames(space, address, pages);
    if (error)
        account_release(account, units);
    return error;
}

static void enter(struct space *space, struct named *segment, uint32_t flags)
{
    *pages_open(&space->pages, segment->address) = PAGE_SHM | PAGE_FIRST | (flags & SHM_READ_ONLY ? 0 : PAGE_WRITE) | 1;
    segment->holders++;
    space->named++;
    units_held(space, segment);
}

static int create(struct space *space, const struct wish *wish, struct named **made)
{
    if (!(wish->flags & SHM_CREATE))
        return -ENOENT;
    if (!wish->pages || wish->pages > NAMED_PAGES_MAX)
        return -EINVAL;
    uint32_t address = named_reserve_range(wish->pages);
    if (!address)
        return -ENFILE;
    int error = promise(space, address, wish->pages, named_units(wish->pages));
    if (error) {
        named_free_range(address);
        return error;
    }
    *made = named_add(address, wish->pages, wish->name);
    (*made)->others_read = wish->flags & SHM_OTHERS_READ;
    enter(space, *made, wish->flags);
    return 0;
}

/* Attaches a segment again, with the rights of the first attach, so that no call makes its pages writable. */
static int attach_again(struct space *space, const struct named *segment, uint32_t flags)
{
    uint32_t *entry = pages_find(&space->pages, segment->address);

    if (!(flags & SHM_READ_ONLY) && !(*entry & PAGE_WRITE))
        return -EACCES;
    if ((*entry & PAGE_VALUE) == PAGE_VALUE)
        return -ENOMEM;
    ++*entry;
    return 0;
}

static int attach(struct space *space, struct named *segment, const struct wish *wish)
{
    if (wish->flags & SHM_EXCLUSIVE)
        return -EEXIST;
    if (wish->pages > segment->pages)
        return -EINVAL;
    if (attached(space, segment))
        return attach_again(space, segment, wish->flags);
    if (segment->others_read && !(wish->flags & SHM_READ_ONLY))
        return -EACCES;
    int error = promise(space, segment->address, segment->pages, units_due(space, segment));
    if (!error)
        enter(space, segment, wish->flags);
    return error;
}

uint32_t call_shm_attach(struct space *space, struct words *words)
{
    struct wish wish = {.flags = words->w[1], .pages = words->w[2]};
    int error = take_name(wish.name);

    if (!error && (wish.flags & ~(uint32_t)SHM_FLAGS ||
                   (wish.flags & (SHM_EXCLUSIVE | SHM_OTHERS_READ) && !(wish.flags & SHM_CREATE))))
        error = -EINVAL;
    if (error)
        return reply(words, error);
    struct named *segment = named_find(wish.name);
    error = segment ? attach(space, segment, &wish) : create(space, &wish, &segment);
    if (error)
        return reply(words, error);
    words->w[1] = segment->address;
    words->w[2] = segment->pages;
    return reply(words, 0);
}

/* ------------------------------------------------------------------------------------------ detach */

bool named_release(struct space *space, uint32_t address, uint32_t most, uint32_t *cost)
{
    struct named *segment = named_at(address);
    uint32_t heap = named_heap_pages(segment->pages), units = units_of_holder(space, segment);
    bool stays = segment->holders > 1;

    if (!named_drop(segment, most, cost))
        return false;
    units_release(space, stays ? segment : NULL, units);
    space_unpromise_heap(space, heap);
    space->named--;
    return true;
}

/* Releases the first page last: until then the segment stays attached, and touched pages come back. */
static int detach_last(struct space *space, uint32_t *entry, const struct named *segment)
{
    uint32_t address = segment->address, pages = segment->pages, at = address + PAGE_SIZE, end = end_of(segment),
             cost = 0;

    space_release_some(space, &at, end);
    if (at < end)
        return MEM_MORE;
    if (*entry & PAGE_MAPPED)
        space_unmap(space, address, 1);
    *entry = ENTRY_CLOSING;
    if (!named_release(space, address, STEP_PAGES, &cost))
        return MEM_MORE;
    *entry = 0;
    space_uncommit(space, pages);
    return 0;
}

static int detach(struct space *space, uint32_t address)
{
    const struct named *segment = named_is_address(address) ? named_around(address) : NULL;

    if (!segment || segment->address != address || !attached(space, segment))
        return -EINVAL;
    uint32_t *entry = pages_find(&space->pages, address);
    if ((*entry & PAGE_VALUE) == 1)
        return detach_last(space, entry, segment);
    --*entry;
    return 0;
}

uint32_t call_shm_detach(struct space *space, struct words *words)
{
    return reply(words, detach(space, words->w[1]));
}

/* ------------------------------------------------------------------------------------------ others */

uint32_t call_shm_unlink(struct space *space, struct words *words)
{
    char name[SHM_NAME_BYTES];
    int error = take_name(name);
    struct named *segment = error ? NULL : named_find(name);

    if (!segment)
        return reply(words, error ? error : -ENOENT);
    if (segment->others_read && !(attached(space, segment) & PAGE_WRITE))
        return reply(words, -EACCES);
    named_unlink(segment);
    return reply(words, 0);
}

uint32_t call_shm_status(struct space *space, struct words *words)
{
    char name[SHM_NAME_BYTES];
    int error = take_name(name);
    const struct named *segment = error ? NULL : named_find(name);

    if (!segment)
        return reply(words, error ? error : -ENOENT);
    (void)space;
    struct shm_status status = named_status(segment);
    *words = (struct words){{0, status.pages, status.holders, status.rights}};
    return IPC_REPLY;
}

uint32_t call_shm_limit(struct space *space, struct words *words)
{
    uint32_t limit = words->w[1];

    if (limit > space->named_limit)
        return reply(words, -EPERM);
    if (limit < space->named)
        return reply(words, -EINVAL);
    space->named_limit = (uint16_t)limit;
    return reply(words, 0);
}
