#include "servers/file/inode.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "libuser/string/copy.h"
#include "servers/file/records.h"
#include "servers/lib/number.h"

struct inode *inode_orphans;

static struct record_class inodes;
static struct radix numbers; /* inode N is at N - 1 */
static uint32_t generations;
enum { WORK_FREE = 64 /* to free an orphan without pages */ };

static unsigned char block_read[PAGE_SIZE]; /* the last block read from a device that is not mapped */

void inode_init(void)
{
    record_class_init(&inodes, sizeof(struct inode));
    inodes.is_unreserved = true;
    numbers = (struct radix){.root = NULL};
    inode_orphans = NULL;
    radix_init();
}

/* ----------------------------------------------------------------------------------------- making, freeing */

struct inode *inode_make(const struct inode_attributes *attributes)
{
    struct inode *inode = record_make(&inodes);

    if (!inode)
        return NULL;
    if (!radix_add(&numbers, inode, &inode->number)) {
        record_free(&inodes, inode);
        return NULL;
    }
    inode->number++;
    inode->kind = (uint8_t)attributes->kind;
    inode->mode = attributes->mode & MODE_BITS;
    inode->device = attributes->device;
    inode->generation = ++generations;
    inode->holders = 1;
    inode->modified = file_now();
    return inode;
}

static uint32_t pages_of(uint32_t bytes)
{
    return (bytes + PAGE_SIZE - 1) >> PAGE_BITS;
}

struct inode *inode_from_device(struct block_device *device, uint32_t first_block, uint32_t bytes)
{
    if (bytes > FILE_SIZE_MAX || first_block > device->blocks || pages_of(bytes) > device->blocks - first_block)
        return NULL;
    struct inode *inode = inode_make(&(struct inode_attributes){INODE_FILE, 0755, 0});
    if (inode) {
        inode->size = inode->backed_bytes = bytes;
        inode->backing = device;
        inode->first_block = first_block;
    }
    return inode;
}

struct inode *inode_find(uint32_t number)
{
    return radix_find(&numbers, number - 1);
}

static void free_inode(struct inode *inode)
{
    radix_remove(&numbers, inode->number - 1);
    record_free(&inodes, inode);
}

static void free_unused(struct inode *inode)
{
    if (inode->links || inode->holders)
        return;
    if (inode->was_lent) {
        inode->holders = 1;
        inode->next_orphan = inode_orphans;
        inode_orphans = inode;
        return;
    }
    if (inode->kind == INODE_FILE)
        block_map_destroy(&inode->map);
    free_inode(inode);
}

void inode_hold(struct inode *inode)
{
    inode->holders++;
}

void inode_drop(struct inode *inode)
{
    assert(inode->holders);
    inode->holders--;
    free_unused(inode);
}

void inode_unlink(struct inode *inode)
{
    assert(inode->links);
    inode->links--;
    free_unused(inode);
}

/* ----------------------------------------------------------------------------------------- contents */

static __attribute__((noinline)) int refuse(const struct inode *inode)
{
    return inode->kind == INODE_DIRECTORY ? -EISDIR : -EINVAL;
}

static int check_file(const struct inode *inode)
{
    return inode->kind == INODE_FILE ? 0 : refuse(inode);
}

/* Returns how many bytes of the page come from the device. */
static uint32_t backed_in(const struct inode *inode, uint32_t page)
{
    uint32_t start = page << PAGE_BITS;

    return inode->backed_bytes > start ? min(inode->backed_bytes - start, PAGE_SIZE) : 0;
}

static const void *mapped_block(const struct inode *inode, uint32_t page)
{
    return inode->backing->mapped(inode->backing, inode->first_block + page);
}

/* Finds or reads the device's block for a page. The block is valid until the next call. */
static int fetch(const struct inode *inode, uint32_t page, const void **block)
{
    *block = mapped_block(inode, page);
    if (*block)
        return 0;
    *block = block_read;
    return inode->backing->read(inode->backing, inode->first_block + page, block_read);
}

/* Returns whether a client that only reads may get the device's block itself: it must be in memory, and zero behind
 * the file's bytes. */
static __attribute__((noinline)) bool is_as_mapped(const struct inode *inode, uint32_t page)
{
    uint32_t backed = backed_in(inode, page);

    if (!backed || block_map_get(&inode->map, page))
        return false;
    const unsigned char *block = mapped_block(inode, page);
    while (block && backed < PAGE_SIZE && !block[backed])
        backed++;
    return block && backed == PAGE_SIZE;
}

/* Returns how many of the bytes from `offset` on are in the same page. */
static uint32_t part_of_page(uint32_t offset, uint32_t bytes)
{
    return min(PAGE_SIZE - offset % PAGE_SIZE, bytes);
}

/* As read_part(), for a page that was never written. It is out of line so that read_part() needs fewer registers. */
static __attribute__((noinline)) int32_t read_unwritten(const struct inode *inode, uint32_t offset, void *to,
                                                        uint32_t bytes)
{
    uint32_t page = offset >> PAGE_BITS, at = offset % PAGE_SIZE, part = part_of_page(offset, bytes);
    uint32_t backed = backed_in(inode, page), copied = backed > at ? min(backed - at, part) : 0;

    if (copied) {
        const void *block;
        int err = fetch(inode, page, &block);
        if (err)
            return err;
        memcpy(to, (const unsigned char *)block + at, copied);
    }
    memset((unsigned char *)to + copied, 0, part - copied);
    return (int32_t)part;
}

/* Reads the bytes that are in the page of `offset`. Returns how many, or an error. */
static int32_t read_part(const struct inode *inode, uint32_t offset, void *to, uint32_t bytes)
{
    uint32_t number = block_map_get(&inode->map, offset >> PAGE_BITS), part = part_of_page(offset, bytes);

    if (!number)
        return read_unwritten(inode, offset, to, bytes);
    copy_inline(to, (const char *)pages_at(number) + offset % PAGE_SIZE, part);
    return (int32_t)part;
}

/* It calls itself for the next page. */
int32_t inode_read(struct inode *inode, uint32_t offset, void *to, uint32_t bytes)
{
    if (inode->kind != INODE_FILE)
        return refuse(inode);
    if (offset >= inode->size)
        return 0;
    bytes = min(bytes, inode->size - offset);
    int32_t part = read_part(inode, offset, to, bytes);
    if (part < 0 || (uint32_t)part == bytes)
        return part;
    int32_t rest = inode_read(inode, offset + (uint32_t)part, (char *)to + part, bytes - (uint32_t)part);
    return rest < 0 ? part : part + rest;
}

/* Gives a page of the file a page of our memory, with the bytes that it has so far. */
static int add_page(struct inode *inode, uint32_t page, uint32_t *number)
{
    uint32_t backed = backed_in(inode, page);
    const void *block = NULL;
    int err = backed ? fetch(inode, page, &block) : 0;

    if (err)
        return err;
    *number = block_map_add(&inode->map, page);
    if (!*number)
        return -ENOSPC;
    unsigned char *bytes = pages_at(*number);
    if (backed)
        memcpy(bytes, block, backed);
    memset(bytes + backed, 0, PAGE_SIZE - backed);
    return 0;
}

/* Gives a page of the file a page of our memory, to be written to. Returns its number, or an error. If the whole page
 * is written, its old bytes are not needed. */
static __attribute__((noinline)) int32_t take_page(struct inode *inode, uint32_t page, bool whole)
{
    uint32_t number = whole ? block_map_add(&inode->map, page) : PAGE_NONE;
    int err = whole ? number ? 0 : -ENOSPC : add_page(inode, page, &number);

    return err ? err : (int32_t)number;
}

/* Clears the bytes behind the file's end, if its last page is in our memory. */
static void clear_tail(const struct inode *inode)
{
    uint32_t at = inode->size % PAGE_SIZE, number = block_map_get(&inode->map, inode->size >> PAGE_BITS);

    if (at && number)
        memset((unsigned char *)pages_at(number) + at, 0, PAGE_SIZE - at);
}

/* Clients may have written behind the end. */
static __attribute__((noinline)) void clear_lent_tail(struct inode *inode)
{
    uint32_t number = block_map_get(&inode->map, inode->size >> PAGE_BITS);

    if (number && pages_is_lent(number))
        clear_tail(inode);
}

static void note_written(struct inode *inode, uint32_t end)
{
    if (end > inode->size)
        inode->size = end;
    inode->modified = file_now();
}

/* Writes the bytes that are in the page of `offset`. Returns how many, or an error. */
static int32_t write_part(struct inode *inode, uint32_t offset, const void *from, uint32_t bytes)
{
    uint32_t page = offset >> PAGE_BITS, number = block_map_get(&inode->map, page), part = part_of_page(offset, bytes);

    if (!number) {
        int32_t taken = take_page(inode, page, part == PAGE_SIZE);
        if (taken < 0)
            return taken;
        number = (uint32_t)taken;
    }
    copy_inline((char *)pages_at(number) + offset % PAGE_SIZE, from, part);
    return (int32_t)part;
}

/* It calls itself for the next page. */
int32_t inode_write(struct inode *inode, uint32_t offset, const void *from, uint32_t bytes)
{
    if (inode->kind != INODE_FILE)
        return refuse(inode);
    if (__builtin_expect(bytes - 1 >= FILE_SIZE_MAX - offset, 0)) {
        if (!bytes || offset == FILE_SIZE_MAX)
            return bytes ? -EFBIG : 0;
        bytes = FILE_SIZE_MAX - offset;
    }
    if (offset + bytes > inode->size)
        clear_lent_tail(inode);
    int32_t part = write_part(inode, offset, from, bytes);
    if (part < 0)
        return part;
    uint32_t end = offset + (uint32_t)part;
    note_written(inode, end);
    if ((uint32_t)part >= bytes)
        return part;
    int32_t rest = inode_write(inode, end, (const char *)from + part, bytes - (uint32_t)part);
    return rest < 0 ? part : part + rest;
}

static bool cut(struct inode *inode, uint32_t size)
{
    uint32_t end = pages_of(inode->size);
    bool done = block_map_cut(&inode->map, &end, pages_of(size));

    inode->size = done ? size : end << PAGE_BITS;
    inode->backed_bytes = min(inode->backed_bytes, inode->size);
    clear_tail(inode);
    return done;
}

bool inode_give_orphans(struct inode **list)
{
    while (*list && pages_work < WORK_OF_MESSAGE) {
        struct inode *inode = *list;
        if (!cut(inode, 0))
            return false;
        *list = inode->next_orphan;
        free_inode(inode);
        pages_work += WORK_FREE;
    }
    return !*list;
}

int inode_truncate(struct inode *inode, uint32_t size)
{
    int err = check_file(inode);

    if (err)
        return err;
    if (size > FILE_SIZE_MAX)
        return -EFBIG;
    inode->modified = file_now();
    pages_work = 0;
    if (size < inode->size)
        return cut(inode, size) ? 0 : FILE_MORE;
    clear_lent_tail(inode);
    inode->size = size;
    return 0;
}

int inode_page(struct inode *inode, uint32_t page, bool write, struct page_source *source)
{
    int err = check_file(inode);

    if (err)
        return err;
    if (page >= pages_of(inode->size))
        return -EINVAL;
    if (!write && is_as_mapped(inode, page)) {
        *source = (struct page_source){true, inode->first_block + page};
        return 0;
    }
    uint32_t number = block_map_get(&inode->map, page);
    if (!number) {
        int32_t taken = take_page(inode, page, false);
        if (taken < 0)
            return taken;
        number = (uint32_t)taken;
    }
    *source = (struct page_source){false, number};
    return 0;
}

static __attribute__((noinline)) void end_loans(struct inode *inode, uint32_t number)
{
    pages_end_loans(number);
    clear_tail(inode);
}

void inode_lend(struct inode *inode, uint32_t number)
{
    inode->was_lent = true;
    if (pages_loans(number) == LOANS_MAX)
        end_loans(inode, number);
    pages_lend(number);
}

bool inode_device_run(const struct inode *inode, uint32_t *first_block)
{
    bool is_run =
        inode->kind == INODE_FILE && inode->backing && !inode->map.pages && inode->size == inode->backed_bytes;

    if (is_run)
        *first_block = inode->first_block;
    return is_run;
}

uint32_t inode_pages(const struct inode *inode)
{
    return inode->kind == INODE_FILE ? inode->map.pages : 0;
}

bool inode_is_console(const struct inode *inode)
{
    return inode->kind == INODE_DEVICE && (inode->device == DEVICE_TERMINAL || inode->device == DEVICE_CONSOLE);
}

/* ----------------------------------------------------------------------------------------- audit */

static void audit_tail(const struct inode *inode)
{
    uint32_t at = inode->size % PAGE_SIZE, number = block_map_get(&inode->map, inode->size >> PAGE_BITS);

    if (!at || !number || pages_is_lent(number))
        return;
    const unsigned char *bytes = pages_at(number);
    for (; at < PAGE_SIZE; at++)
        assert(bytes[at] == 0);
}

static uint32_t audit_file(const struct inode *inode)
{
    assert(inode->size <= FILE_SIZE_MAX && inode->backed_bytes <= inode->size);
    assert(inode->backing || !inode->backed_bytes);
    audit_tail(inode);
    return block_map_audit(&inode->map, pages_of(inode->size));
}

uint32_t inode_audit(void)
{
    uint32_t pages = 0, found = 0, at = 0;

    for (const struct inode *inode; (inode = radix_next(&numbers, &at)); at++) {
        assert(inode->number == at + 1 && (inode->links || inode->holders));
        if (inode->kind == INODE_FILE)
            pages += audit_file(inode);
        found++;
    }
    assert(found == inodes.records && found == radix_audit(&numbers));
    return pages + record_audit(&inodes) + radix_audit_nodes();
}

void inode_for_each(void (*function)(const struct inode *inode))
{
    uint32_t at = 0;

    for (const struct inode *inode; (inode = radix_next(&numbers, &at)); at++)
        function(inode);
}
