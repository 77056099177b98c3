#include "servers/file/mapping.h"

#include <assert.h>
#include <stddef.h>

#include "servers/file/calls.h"
#include "servers/file/inode.h"
#include "servers/file/pages.h"
#include "servers/file/share.h"
#include "servers/lib/number.h"

static uint32_t page_at(const struct mapping *mapping, uint32_t address)
{
    return mapping->page + ((address - mapping->address) >> PAGE_BITS);
}

void mappings_init(void)
{
    shares_set_size(SHARE_MAPPINGS, sizeof(struct mapping));
}

static struct mapping *make(struct client *client)
{
    if (!client->own_mapping.inode)
        return &client->own_mapping;
    return mappings_count(client) < MAPPINGS_MAX ? share_make_record(client->share, SHARE_MAPPINGS) : NULL;
}

static bool add(struct client *client, const struct mapping *what)
{
    struct mapping *mapping = make(client);

    if (!mapping)
        return false;
    inode_hold(what->inode);
    *mapping = *what;
    mapping->next = client->mappings;
    client->mappings = mapping;
    return true;
}

static bool is_like(const struct mapping *mapping, const struct mapping *what)
{
    return mapping->inode == what->inode && mapping->most == what->most && mapping->shared == what->shared &&
           page_at(mapping, what->address) == what->page;
}

/* A mapping that continues the last one extends it. */
static bool extend(struct client *client, const struct mapping *what)
{
    struct mapping *mapping = client->mappings;

    if (!mapping || mapping->end != what->address || !is_like(mapping, what))
        return false;
    mapping->end = what->end;
    return true;
}

/* Returns the first mapping that overlaps address .. end, or 0. */
static struct mapping *find(const struct client *client, uint32_t address, uint32_t end)
{
    struct mapping *mapping = client->mappings;

    while (mapping && (mapping->end <= address || mapping->address >= end))
        mapping = mapping->next;
    return mapping;
}

static void drop(struct client *client, struct mapping **link)
{
    struct mapping *mapping = *link;

    *link = mapping->next;
    inode_drop(mapping->inode);
    if (mapping == &client->own_mapping)
        mapping->inode = NULL;
    else
        share_free_record(mapping);
}

bool mappings_copy(const struct client *client, struct client *to)
{
    for (const struct mapping *mapping = client->mappings; mapping; mapping = mapping->next)
        if (!add(to, mapping))
            return false;
    return true;
}

bool mappings_drop(struct client *client)
{
    for (; client->mappings && pages_work < WORK_OF_MESSAGE; pages_work += WORK_DROP)
        drop(client, &client->mappings);
    return !client->mappings;
}

uint32_t mappings_count(const struct client *client)
{
    uint32_t count = 0;

    for (const struct mapping *mapping = client->mappings; mapping; mapping = mapping->next)
        count++;
    return count;
}

bool mappings_audit(const struct client *client)
{
    bool has_own = false;

    for (const struct mapping *mapping = client->mappings; mapping; mapping = mapping->next)
        has_own |= mapping == &client->own_mapping;
    return has_own == (client->own_mapping.inode != NULL) && mappings_count(client) <= MAPPINGS_MAX;
}

/* Cuts address .. end out of a mapping. Returns false if there is no memory for a second part. */
static bool cut(struct client *client, struct mapping **link, uint32_t address, uint32_t end)
{
    struct mapping *mapping = *link;

    if (mapping->address < address && mapping->end > end) {
        struct mapping behind = *mapping;
        behind.page = page_at(mapping, end);
        behind.address = end;
        if (!add(client, &behind))
            return false;
        mapping->end = address;
    } else if (mapping->address < address) {
        mapping->end = address;
    } else if (mapping->end > end) {
        mapping->page = page_at(mapping, end);
        mapping->address = end;
    } else {
        drop(client, link);
    }
    return true;
}

/* Removes address .. end from the client's mappings. */
static bool forget(struct client *client, uint32_t address, uint32_t end)
{
    for (struct mapping **link = &client->mappings; *link;) {
        struct mapping *mapping = *link;
        if (mapping->address < end && mapping->end > address && !cut(client, link, address, end))
            return false;
        if (*link == mapping)
            link = &mapping->next;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------- map */

/* Adds a page to the reply's items; *end is the next free one. Returns false if there is no room. */
static bool put_page(struct item **end, struct page_source source, rights_t rights, uint32_t to)
{
    uint32_t slot = source.is_block ? FILE_SLOT_ARCHIVE : FILE_SLOT_MEMORY;
    struct item *next = *end, *last = next - 1;

    if (next > message_page->items && last->slot == slot && last->from + last->pages == source.number) {
        last->pages++;
        return true;
    }
    if (next == message_page->items + IPC_ITEMS)
        return false;
    *next = item_memory(slot, rights, source.number, 1, to);
    *end = next + 1;
    return true;
}

/* Grants the mapping's pages. A shared mapping never gets pages of the archive, because nobody can write to them. A
 * page that must be revoked first is the last one of the call, because a revocation is enough work. */
static int put_pages(const struct mapping *what, rights_t rights, uint32_t *items)
{
    uint32_t pages = min((what->end - what->address) >> PAGE_BITS, CALL_PAGES_MAX), done = 0;
    struct item *end = message_page->items;
    struct page_source source;
    int error = 0;

    for (bool is_last = false; done < pages && !is_last; done++) {
        error = inode_page(what->inode, what->page + done, what->shared, &source);
        if (error)
            break;
        is_last = !source.is_block && pages_loans(source.number) == LOANS_MAX;
        if ((is_last && done) || !put_page(&end, source, rights, what->address + (done << PAGE_BITS)))
            break;
        if (!source.is_block)
            inode_lend(what->inode, source.number);
    }
    *items = (uint32_t)(end - message_page->items);
    return done || error == -EINVAL ? (int)done : error;
}

/* Checks the addresses and rights of a grant. The transfer page is excluded: a refused grant there would lose it. */
static int check_grant(uint32_t address, uint32_t pages, uint32_t rights)
{
    uint32_t end = address <= FILE_TRANSFER ? FILE_TRANSFER : USER_END;

    if ((rights & ~(uint32_t)RIGHT_WRITE) != RIGHT_READ)
        return -EINVAL;
    return address < USER_END && pages <= (end - address) >> PAGE_BITS ? 0 : -EINVAL;
}

/* Returns the most rights with which the file's pages can be granted, or an error if they do not include `wanted`. */
static int32_t most_rights(const struct open_file *file, bool shared, uint32_t wanted)
{
    if (!file)
        return -EBADF;
    int32_t most = shared && open_file_writes(file) ? RIGHT_READ | RIGHT_WRITE : RIGHT_READ;
    if (!open_file_reads(file) || wanted & ~(uint32_t)most)
        return -EACCES;
    return file->inode && file->inode->kind == INODE_FILE ? most : -ENODEV;
}

/* Takes the mapping from the message, and checks it. */
static int take_request(const struct client *client, const struct words *words, struct mapping *what, rights_t *rights)
{
    const struct open_file *file = client_file(client, file_map_fd(words));
    uint32_t address = file_map_address(words), pages = file_map_count(words);
    int error = check_grant(address, pages, file_map_rights(words));

    *rights = (rights_t)file_map_rights(words);
    int32_t most = error ? error : most_rights(file, file_map_shared(words), *rights);
    if (most < 0)
        return most;
    what->inode = file->inode;
    what->address = address;
    what->end = address + (pages << PAGE_BITS);
    what->page = words->w[2];
    what->most = (rights_t)most;
    what->shared = file_map_shared(words);
    return 0;
}

static bool is_kept(const struct mapping *mapping, const struct mapping *what)
{
    return mapping->address <= what->address && mapping->end >= what->end && is_like(mapping, what);
}

/* What the last map added: from `address` to the mapping's end. The kernel may refuse its reply, which undoes it. */
static struct {
    uint32_t caller, call_number, address;
} last_kept;

static bool keep(struct client *client, const struct mapping *what)
{
    if (!extend(client, what) && !add(client, what))
        return false;
    last_kept.caller = message_page->caller;
    last_kept.call_number = message_page->caller_call_number;
    last_kept.address = what->address;
    return true;
}

void mapping_refused(struct client *client)
{
    bool is_last =
        message_page->caller == last_kept.caller && message_page->caller_call_number == last_kept.call_number;
    const struct mapping *kept = is_last ? find(client, last_kept.address, last_kept.address + 1) : NULL;

    if (kept)
        (void)forget(client, last_kept.address, kept->end);
}

void items_not_lent(uint32_t items)
{
    for (uint32_t i = 0; i < items; i++) {
        const struct item *item = &message_page->items[i];
        for (uint32_t page = 0; item->slot == FILE_SLOT_MEMORY && page < item->pages; page++)
            pages_not_lent(item->from + page);
    }
}

static int32_t reply(int32_t pages, uint32_t items, struct words *words)
{
    words->w[1] = (uint32_t)pages;
    return items ? (int32_t)ipc_extend(0, items) : 0;
}

/* Returns whether there is memory for two more mappings. It stays until the next message: nobody else takes it. */
static bool has_room(const struct client *client)
{
    void *one = share_make_record(client->share, SHARE_MAPPINGS);
    void *other = one ? share_make_record(client->share, SHARE_MAPPINGS) : NULL;

    if (one)
        share_free_record(one);
    if (other)
        share_free_record(other);
    return other && mappings_count(client) <= MAPPINGS_MAX - 2;
}

/* Once the kernel has granted the pages, the client has lost those that were there, so their mappings are removed. */
static __attribute__((noinline)) int32_t replace(struct client *client, const struct mapping *what, int32_t result,
                                                 struct words *words)
{
    if (!has_room(client) || server_reply(caller_now(), result, words))
        return -ENOMEM;
    bool replaced = forget(client, what->address, what->end) && add(client, what);
    assert(replaced);
    client_adopt_orphans(client);
    return SERVER_LATER;
}

/* Records the whole mapping, including pages behind the file's end, because the file may grow. */
static int32_t keep_or_replace(struct client *client, const struct mapping *what, int32_t result, struct words *words)
{
    const struct mapping *before = what->end > what->address ? find(client, what->address, what->end) : NULL;

    if (what->end == what->address || (before && is_kept(before, what)))
        return result;
    if (before)
        return replace(client, what, result, words);
    return keep(client, what) ? result : -ENOMEM;
}

int32_t call_map(struct client *client, struct words *words)
{
    struct mapping what;
    rights_t rights;
    uint32_t items = 0;
    int32_t result = take_request(client, words, &what, &rights);

    if (!result)
        result = put_pages(&what, rights, &items);
    if (result < 0)
        return result;
    result = keep_or_replace(client, &what, reply(result, items, words), words);
    if (result < 0)
        items_not_lent(items);
    return result;
}

int32_t call_map_again(struct client *client, struct words *words)
{
    uint32_t address = file_map_again_address(words), pages = words->w[2], items = 0;
    rights_t rights = (rights_t)file_map_again_rights(words);
    int result = check_grant(address, pages, file_map_again_rights(words));

    if (result)
        return result;
    const struct mapping *mapping = pages ? find(client, address, address + PAGE_SIZE) : NULL;
    if (!mapping)
        return -ENOENT;
    if (rights & ~mapping->most)
        return -EACCES;
    struct mapping part = *mapping;
    part.page = page_at(mapping, address);
    part.address = address;
    if (pages < (part.end - address) >> PAGE_BITS)
        part.end = address + (pages << PAGE_BITS);
    result = put_pages(&part, rights, &items);
    return result < 0 ? result : reply(result, items, words);
}

/* Returns how many of the mapping's pages, from `address` on, lie within the file. */
static uint32_t filled(const struct mapping *mapping, uint32_t address)
{
    uint32_t pages = mapping->inode->size / PAGE_SIZE + (mapping->inode->size % PAGE_SIZE != 0);
    uint32_t page = page_at(mapping, address), most = (mapping->end - address) >> PAGE_BITS;

    return page >= pages ? 0 : pages - page < most ? pages - page : most;
}

int32_t call_mapping(struct client *client, struct words *words)
{
    uint32_t address = words->w[1], end = USER_END;

    if (address % PAGE_SIZE || address >= USER_END)
        return -EINVAL;
    for (const struct mapping *mapping = client->mappings; mapping; mapping = mapping->next)
        if (mapping->address > address && mapping->address < end)
            end = mapping->address;
    const struct mapping *mapping = find(client, address, address + PAGE_SIZE);
    if (mapping)
        end = mapping->end;
    words->w[1] = (end - address) >> PAGE_BITS;
    words->w[2] = mapping ? filled(mapping, address) : 0;
    words->w[3] = mapping ? mapping->most | (mapping->shared ? FILE_SHARED : 0) : 0;
    return 0;
}

int32_t call_unmap(struct client *client, struct words *words)
{
    uint32_t address = words->w[1], pages = words->w[2];

    if (address % PAGE_SIZE || address >= USER_END || pages > (USER_END - address) >> PAGE_BITS)
        return -EINVAL;
    return forget(client, address, address + (pages << PAGE_BITS)) ? client_lost(client) : -ENOMEM;
}

bool mapping_word(const struct client *client, uint32_t address, uint32_t *object, uint32_t *offset)
{
    const struct mapping *mapping = address < USER_END ? find(client, address, address + 1) : NULL;

    if (!mapping)
        return false;
    *object = mapping->inode->generation;
    *offset = page_at(mapping, address) << PAGE_BITS | address % PAGE_SIZE;
    return true;
}
