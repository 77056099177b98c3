#include "servers/file/mapping.h"

#include <stddef.h>

#include "servers/file/calls.h"
#include "servers/file/inode.h"
#include "servers/file/records.h"

struct mapping {
    struct mapping *next;
    struct inode *inode;
    uint32_t address, end;
    uint32_t page; /* of the file, at `address` */
};

static uint32_t page_at(const struct mapping *mapping, uint32_t address)
{
    return mapping->page + ((address - mapping->address) >> PAGE_BITS);
}

static struct record_class records;

void mappings_init(void)
{
    record_class_init(&records, sizeof(struct mapping));
}

static bool add(struct client *client, struct mapping what)
{
    struct mapping *mapping = mappings_count(client) < MAPPINGS_MAX ? record_make(&records) : NULL;

    if (!mapping)
        return false;
    inode_hold(what.inode);
    *mapping = what;
    mapping->next = client->mappings;
    client->mappings = mapping;
    return true;
}

/* The next part of what was mapped before makes that longer. */
static bool extend(struct client *client, const struct mapping *what)
{
    struct mapping *mapping = client->mappings;

    if (!mapping || mapping->inode != what->inode || mapping->end != what->address ||
        page_at(mapping, mapping->end) != what->page)
        return false;
    mapping->end = what->end;
    return true;
}

static void drop(struct mapping **link)
{
    struct mapping *mapping = *link;

    *link = mapping->next;
    inode_drop(mapping->inode);
    record_free(&records, mapping);
}

bool mappings_copy(const struct client *client, struct client *to)
{
    for (const struct mapping *mapping = client->mappings; mapping; mapping = mapping->next)
        if (!add(to, *mapping))
            return false;
    return true;
}

void mappings_drop(struct client *client)
{
    while (client->mappings)
        drop(&client->mappings);
}

uint32_t mappings_count(const struct client *client)
{
    uint32_t count = 0;

    for (const struct mapping *mapping = client->mappings; mapping; mapping = mapping->next)
        count++;
    return count;
}

/* ------------------------------------------------------------------------------------------- map */

/* Whether the file may be mapped so. */
static int check(const struct open_file *file, bool writes, bool shared)
{
    if (!file)
        return -EBADF;
    if (!file->inode || file->inode->kind != INODE_FILE)
        return -ENODEV;
    return open_file_reads(file) && (!writes || (shared && open_file_writes(file))) ? 0 : -EACCES;
}

/* One page more in the items of the answer; false: it has no room. */
static bool put_page(uint32_t *items, struct page_source source, rights_t rights, uint32_t to)
{
    uint32_t slot = source.is_block ? FILE_SLOT_ARCHIVE : FILE_SLOT_MEMORY;
    struct item *last = *items ? &message_page->items[*items - 1] : NULL;

    if (last && last->slot == slot && last->from + last->pages == source.number) {
        last->pages++;
        return true;
    }
    if (*items == IPC_ITEMS)
        return false;
    message_page->items[(*items)++] = item_memory(slot, rights, source.number, 1, to);
    return true;
}

struct request {
    struct inode *inode;
    uint32_t page, pages, address;
    rights_t rights;
    bool shared;
};

/* A shared mapping never gets the archive's pages, as these cannot be written to. */
static int put_pages(const struct request *request, uint32_t *items)
{
    struct page_source source;
    uint32_t done = 0;

    for (; done < request->pages && done < CALL_PAGES_MAX; done++) {
        int error = inode_page(request->inode, request->page + done, request->shared, &source);
        if (error == -EINVAL)
            break;
        if (error)
            return done ? (int)done : error;
        if (!put_page(items, source, request->rights, request->address + (done << PAGE_BITS)))
            break;
    }
    return (int)done;
}

/* The message's request, if its numbers can be. */
static int take_request(const struct client *client, const struct words *words, struct request *request)
{
    const struct file_map_request *data = (const struct file_map_request *)message_page->words;
    const struct open_file *file = client_file(client, words->w[1]);
    uint32_t rights = words->w[3] % PAGE_SIZE;

    if ((message_page->tag & TAG_WORDS) * sizeof(uint32_t) != sizeof *data ||
        (rights & ~(uint32_t)RIGHT_WRITE) != RIGHT_READ)
        return -EINVAL;
    *request = (struct request){NULL, words->w[2], data->pages, words->w[3] - rights, (rights_t)rights, data->shared};
    if (request->address >= USER_END || request->pages > (USER_END - request->address) >> PAGE_BITS)
        return -EINVAL;
    if (request->address <= FILE_TRANSFER && request->pages > (FILE_TRANSFER - request->address) >> PAGE_BITS)
        return -EINVAL; /* the transfer page's place; who refuses that loses it */
    int error = check(file, rights & RIGHT_WRITE, request->shared);
    request->inode = error ? NULL : file->inode;
    return error;
}

int32_t call_map(struct client *client, struct words *words)
{
    struct request request;
    uint32_t items = 0;
    int result = take_request(client, words, &request);

    if (!result)
        result = put_pages(&request, &items);
    if (result < 0)
        return result;
    uint32_t end = request.address + ((uint32_t)result << PAGE_BITS);
    struct mapping mapping = {NULL, request.inode, request.address, end, request.page};
    if (result && !extend(client, &mapping) && !add(client, mapping))
        return -ENOMEM;
    words->w[1] = (uint32_t)result;
    return items ? (int32_t)ipc_extend(0, items) : 0;
}

/* What is left of a mapping before and behind address .. end. */
static bool cut(struct client *client, struct mapping **link, uint32_t address, uint32_t end)
{
    struct mapping *mapping = *link;

    if (mapping->address < address && mapping->end > end) {
        if (!add(client, (struct mapping){NULL, mapping->inode, end, mapping->end, page_at(mapping, end)}))
            return false;
        mapping->end = address;
    } else if (mapping->address < address) {
        mapping->end = address;
    } else if (mapping->end > end) {
        mapping->page = page_at(mapping, end);
        mapping->address = end;
    } else {
        drop(link);
    }
    return true;
}

int32_t call_unmap(struct client *client, struct words *words)
{
    uint32_t address = words->w[1], pages = words->w[2], end = address + (pages << PAGE_BITS);

    if (address % PAGE_SIZE || pages > (USER_END - address) >> PAGE_BITS || address >= USER_END)
        return -EINVAL;
    for (struct mapping **link = &client->mappings; *link;) {
        struct mapping *mapping = *link;
        if (mapping->address < end && mapping->end > address && !cut(client, link, address, end))
            return -ENOMEM;
        if (*link == mapping)
            link = &mapping->next;
    }
    return 0;
}

int32_t call_place(struct client *client, struct words *words)
{
    uint32_t address = words->w[1];
    struct page_source source = {0};

    for (const struct mapping *mapping = client->mappings; mapping; mapping = mapping->next)
        if (mapping->address <= address && address < mapping->end) {
            int error = inode_page(mapping->inode, page_at(mapping, address), false, &source);
            words->w[1] = source.number << PAGE_BITS | address % PAGE_SIZE;
            return error || source.is_block ? -ENOENT : 0;
        }
    return -ENOENT;
}

uint32_t mappings_audit(void)
{
    return record_audit(&records);
}
