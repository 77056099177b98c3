/*
 * Files in memory. mem keeps a place free for pages that are not its own, and gives it page tables; the file server
 * grants its pages there. Of a private mapping that is to be written there is a copy.
 *
 * Who maps files again and again has mem keep a few places more, behind one that it chose: the next mappings cost no
 * message to it. They are charged nothing, as their page table is there for that one.
 */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"
#include "servers/proto/layout.h"
#include "servers/proto/mem.h"

#include <string.h>

enum { CAN_READ = 1, CAN_WRITE = 2, CAN_EXECUTE = 4, IS_SHARED = 1 };

static uint32_t pages_of(uint32_t bytes)
{
    return bytes / PAGE_SIZE + (bytes % PAGE_SIZE != 0);
}

/* What a process has for itself, and what is executed, as nobody may write to that. */
static bool must_be_copied(uint32_t protection, bool shared)
{
    return protection & CAN_EXECUTE || (protection & CAN_WRITE && !shared);
}

/* A place for so many bytes, at `address` if that is not 0. */
static int32_t reserve(uint32_t address, uint32_t length, uint32_t rights)
{
    uint32_t at = 0;
    int answer;

    do
        answer = mem_reserve(CLIENT_SLOT_MEM, 0, address, length, rights, &at);
    while (answer == MEM_MORE);
    return answer ? answer : (int32_t)at;
}

/* ------------------------------------------------------------------------------------ places ahead */

enum { BYTES_AHEAD = 16 * PAGE_SIZE, TABLE_BYTES = 1 << TABLE_SHIFT };

bool vdso_give_ahead(uint32_t address, uint32_t length)
{
    bool gives = false;

    for (struct vdso_ahead *ahead = state->ahead; ahead < state->ahead + 2; ahead++) {
        struct vdso_ahead there = *ahead;
        if (there.at == there.end || there.at >= address + length || there.end <= address)
            continue;
        *ahead = (struct vdso_ahead){0};
        (void)vdso_take_pages(there.at, there.end - there.at);
        gives = true;
    }
    return gives;
}

/* Behind a place that ends there, up to the end of its page table. */
static void reserve_ahead(struct vdso_ahead *ahead, uint32_t end, uint32_t rights)
{
    uint32_t bytes = -end % TABLE_BYTES;

    if (bytes > BYTES_AHEAD)
        bytes = BYTES_AHEAD;
    if (bytes && !vdso_is_error(reserve(end, bytes, rights)))
        *ahead = (struct vdso_ahead){end, end + bytes};
}

/* A place for so many bytes, at `address` or with 0 anywhere. */
static int32_t find_place(uint32_t address, uint32_t length, uint32_t rights)
{
    struct vdso_ahead *ahead = &state->ahead[(rights & CAN_WRITE) != 0];
    uint32_t bytes = pages_of(length) << PAGE_BITS, at = ahead->at;

    if (!address && length <= ahead->end - at) {
        ahead->at += bytes;
        return (int32_t)at;
    }
    if (address)
        (void)vdso_give_ahead(address, length);
    int32_t place = reserve(address, length, rights);
    if (!address && state->has_mappings && at == ahead->end && !vdso_is_error(place))
        reserve_ahead(ahead, (uint32_t)place + bytes, rights);
    return place;
}

/* ------------------------------------------------------------------------------------ mapping */

/* The file's pages from `page` on, as many as there are. */
static int grant(uint32_t at, uint32_t pages, uint32_t rights, const struct vdso_map *map)
{
    for (uint32_t done = 0, granted; done < pages; done += granted) {
        uint32_t to = at + (done << PAGE_BITS);
        *(struct file_map_request *)message_page->words =
            (struct file_map_request){pages - done, map->flags & IS_SHARED};
        int error = file_map(CLIENT_SLOT_FILE, ipc_window(to, pages - done), sizeof(struct file_map_request), map->fd,
                             map->page + done, to, rights, &granted);
        if (error)
            return error == -ENOSPC ? -ENOMEM : error;
        if (!granted)
            break;
    }
    return 0;
}

/* What the program may do with the pages is as it wants it, once they are there. */
static int32_t map_pages(const struct vdso_map *map)
{
    uint32_t rights = map->protection & CAN_WRITE ? CAN_READ | CAN_WRITE : CAN_READ;
    uint32_t pages = pages_of(map->length);
    int32_t at = find_place(map->address, map->length, rights);

    if (vdso_is_error(at))
        return at;
    int error = grant((uint32_t)at, pages, rights, map);
    state->has_mappings = true;
    if (!error && !map->protection)
        error = vdso_protect((uint32_t)at, pages << PAGE_BITS, 0);
    if (error)
        (void)vdso_unmap((uint32_t)at, map->length);
    return error ? error : at;
}

/* What the file has there, into pages of the program's own. */
static int copy_file(uint32_t at, const struct vdso_map *map)
{
    for (uint32_t done = 0, got, most; done < map->length; done += got) {
        char *from = vdso_bytes(map->length - done, &most);
        if (most > map->length - done)
            most = map->length - done;
        int error = file_read_at(CLIENT_SLOT_FILE, 0, map->fd, most, map->page * PAGE_SIZE + done, &got);
        if (error)
            return error == -EBADF ? -EACCES : error == -EISDIR || error == -ESPIPE || error > 0 ? -ENODEV : error;
        if (!got)
            break;
        memcpy((char *)at + done, from, got);
    }
    return 0;
}

static int32_t map_copy(const struct vdso_map *map)
{
    int32_t at = vdso_map(map->address, map->length);

    if (vdso_is_error(at))
        return at;
    int error = copy_file((uint32_t)at, map);
    if (!error && map->protection & CAN_EXECUTE)
        error = vdso_protect((uint32_t)at, pages_of(map->length) << PAGE_BITS, map->protection);
    if (error)
        (void)vdso_unmap((uint32_t)at, map->length);
    return error ? error : at;
}

int32_t vdso_map_file(const struct vdso_map *map)
{
    if (!state->has_files)
        return map->fd < 3 ? -ENODEV : -EBADF;
    if (map->page > INT32_MAX / PAGE_SIZE)
        return -EOVERFLOW;
    return must_be_copied(map->protection, map->flags & IS_SHARED) ? map_copy(map) : map_pages(map);
}

int32_t vdso_map_shared(uint32_t address, uint32_t length, uint32_t protection)
{
    struct vdso_map map = {.address = address, .length = length, .protection = protection, .flags = IS_SHARED};
    int error = vdso_begin_files();

    if (!error)
        error = file_unnamed(CLIENT_SLOT_FILE, 0, pages_of(length) << PAGE_BITS, &map.fd);
    if (error)
        return error;
    int32_t at = map_pages(&map);
    (void)vdso_settle(file_close(CLIENT_SLOT_FILE, 0, map.fd));
    return at;
}

/* ------------------------------------------------------------------------------------ with other rights */

bool vdso_map_again(uint32_t address, bool writes)
{
    uint32_t granted = 0, rights = writes ? CAN_READ | CAN_WRITE : CAN_READ;

    address &= -(uint32_t)PAGE_SIZE;
    if (writes && vdso_protect(address, PAGE_SIZE, rights)) /* one that may only be read may be there */
        return false;
    return !file_map_again(CLIENT_SLOT_FILE, ipc_window(address, 1), address, rights, 1, &granted) && granted;
}

/* Pages of the program's own in place of a file's. If there is no memory the file's pages stay. */
static int copy_in_place(uint32_t address, uint32_t bytes, uint32_t filled)
{
    int32_t copy = vdso_map(0, bytes);
    int error = vdso_is_error(copy) ? copy : vdso_protect(address, bytes, CAN_READ);

    if (error)
        return error;
    memcpy((void *)copy, (const void *)address, filled);
    error = vdso_take_pages(address, bytes);
    if (!error && vdso_is_error(vdso_map(address, bytes)))
        error = vdso_is_error(reserve(address, bytes, CAN_READ)) ? -EFAULT : -ENOMEM;
    if (!error) {
        memcpy((void *)address, (const void *)copy, filled);
        (void)vdso_settle(file_unmap(CLIENT_SLOT_FILE, 0, address, bytes >> PAGE_BITS));
    }
    (void)vdso_unmap((uint32_t)copy, bytes);
    return error;
}

int vdso_prepare_mappings(uint32_t address, uint32_t length, uint32_t protection)
{
    uint32_t left = length >> PAGE_BITS, pages, filled, rights;
    int error = 0;

    for (; left && !error; left -= pages, address += pages << PAGE_BITS) {
        error = file_mapping(CLIENT_SLOT_FILE, 0, address, &pages, &filled, &rights);
        if (error)
            break;
        pages = pages < left ? pages : left;
        filled = filled < pages ? filled : pages;
        if (rights && must_be_copied(protection, rights & FILE_SHARED))
            error = copy_in_place(address, pages << PAGE_BITS, filled << PAGE_BITS);
        else if (rights && protection & ~rights)
            error = -EACCES;
    }
    return error;
}

HANDLER(msync)
{
    (void)number;
    return a[0] % PAGE_SIZE || a[2] & ~7u ? -EINVAL : 0;
}
