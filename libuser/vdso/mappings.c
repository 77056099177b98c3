/*
 * Mapped files. mem reserves addresses for pages of another server, and their page tables; the file server grants its
 * pages there. A writable private mapping is a copy.
 *
 * For a process that maps files repeatedly, mem reserves a few more pages behind those that it chose, so the
 * next mappings need no message to mem. They are not charged, because the first ones' page table maps them, too.
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

/* Private writable pages are copies, and so is code, which nobody may write to. */
static bool must_be_copied(uint32_t protection, bool shared)
{
    return protection & CAN_EXECUTE || (protection & CAN_WRITE && !shared);
}

/* Reserves addresses for so many bytes, at `address` or, with 0, anywhere. */
static int32_t reserve(uint32_t address, uint32_t length, uint32_t rights)
{
    uint32_t at = 0;
    int status;

    do
        status = mem_reserve(CLIENT_SLOT_MEM, address, length, rights, &at);
    while (status == MEM_MORE);
    return status ? status : (int32_t)at;
}

/* ------------------------------------------------------------------------------------ reserved ahead */

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

/* Reserves pages behind a range that ends at `end`, but not beyond its page table. */
static void reserve_ahead(struct vdso_ahead *ahead, uint32_t end, uint32_t rights)
{
    uint32_t bytes = -end % TABLE_BYTES;

    if (bytes > BYTES_AHEAD)
        bytes = BYTES_AHEAD;
    if (bytes && !vdso_is_error(reserve(end, bytes, rights)))
        *ahead = (struct vdso_ahead){end, end + bytes};
}

/* Asks mem for a range. It is out of line because most mappings use what is reserved ahead. */
static __attribute__((noinline)) int32_t request_range(uint32_t address, uint32_t length, uint32_t rights)
{
    struct vdso_ahead *ahead = &state->ahead[(rights & CAN_WRITE) != 0];
    bool is_used_up = ahead->at == ahead->end;

    if (address)
        (void)vdso_give_ahead(address, length);
    int32_t at = reserve(address, length, rights);
    if (!address && state->has_mappings && is_used_up && !vdso_is_error(at))
        reserve_ahead(ahead, (uint32_t)at + (pages_of(length) << PAGE_BITS), rights);
    return at;
}

/* Finds a range for `length` bytes, in whole pages `bytes`, at `address` or, with 0, anywhere. */
static inline int32_t find_range(uint32_t address, uint32_t length, uint32_t bytes, uint32_t rights)
{
    struct vdso_ahead *ahead = &state->ahead[(rights & CAN_WRITE) != 0];
    uint32_t at = ahead->at;

    if (address || bytes - 1 >= ahead->end - at)
        return request_range(address, length, rights);
    ahead->at = at + bytes;
    return (int32_t)at;
}

/* ------------------------------------------------------------------------------------ mapping */

/* Arguments of mmap2. */
enum { MAP_LENGTH = 1, MAP_FLAGS = 3, MAP_FD, MAP_PAGE };

/* Has the file's pages granted, as many as fit in one reply. */
static inline int grant(uint32_t at, uint32_t pages, uint32_t rights, arguments_t a, uint32_t *granted)
{
    return file_map(CLIENT_SLOT_FILE, ipc_window(at, pages), a[MAP_FD], a[MAP_FLAGS] & IS_SHARED, pages, a[MAP_PAGE],
                    at, rights, granted);
}

/* Has the pages behind the first `done` granted. */
static __attribute__((noinline)) int grant_rest(uint32_t at, uint32_t done, uint32_t rights, arguments_t a)
{
    uint32_t pages = pages_of(a[MAP_LENGTH]), granted = done;
    int error = 0;

    for (; !error && granted && done < pages; done += granted) {
        const uint32_t rest[] = {[MAP_FLAGS] = a[MAP_FLAGS], [MAP_FD] = a[MAP_FD], [MAP_PAGE] = a[MAP_PAGE] + done};
        error = grant(at + (done << PAGE_BITS), pages - done, rights, rest, &granted);
    }
    return error;
}

/* Pages without any right are granted for reading first, and protected then. */
static __attribute__((noinline)) int32_t finish(uint32_t at, arguments_t a, uint32_t protection, int error)
{
    if (!error && !protection)
        error = vdso_protect(at, pages_of(a[MAP_LENGTH]) << PAGE_BITS, 0);
    if (error)
        (void)vdso_unmap(at, a[MAP_LENGTH]);
    return error == -ENOSPC ? -ENOMEM : error ? error : (int32_t)at;
}

/* Not static, so that the compiler keeps its arguments in registers. */
__attribute__((regparm(3))) int32_t vdso_map_pages(uint32_t address, arguments_t a, uint32_t protection);
__attribute__((regparm(3))) int32_t vdso_map_pages(uint32_t address, arguments_t a, uint32_t protection)
{
    uint32_t rights = CAN_READ | (protection & CAN_WRITE), length = a[MAP_LENGTH], granted;
    uint32_t bytes = (length + PAGE_SIZE - 1) & -(uint32_t)PAGE_SIZE;
    int32_t at = find_range(address, length, bytes, rights);

    if (vdso_is_error(at))
        return at;
    int error = grant((uint32_t)at, bytes >> PAGE_BITS, rights, a, &granted);
    state->has_mappings = true;
    if (!error && granted != bytes >> PAGE_BITS)
        error = grant_rest((uint32_t)at, granted, rights, a);
    return error || !protection ? finish((uint32_t)at, a, protection, error) : at;
}

/* Returns mmap's error for a file that could not be read. */
static int refuse_copy(uint32_t fd, int error)
{
    uint32_t flags = 0;

    if (!file_control(CLIENT_SLOT_FILE, fd, FILE_GET_FLAGS, 0, &flags) && (flags & O_ACCESS) == O_WRITE_ONLY)
        return -EACCES;
    return error == -EISDIR || error == -ESPIPE || error > 0 ? -ENODEV : error;
}

/* Reads the file's bytes into the program's own pages. */
static int copy_file(uint32_t at, arguments_t a)
{
    for (uint32_t done = 0, got, most; done < a[MAP_LENGTH]; done += got) {
        char *from = vdso_bytes(a[MAP_LENGTH] - done, &most);
        if (most > a[MAP_LENGTH] - done)
            most = a[MAP_LENGTH] - done;
        int error = file_read_at(CLIENT_SLOT_FILE, a[MAP_FD], most, a[MAP_PAGE] * PAGE_SIZE + done, &got);
        if (error)
            return refuse_copy(a[MAP_FD], error);
        if (!got)
            break;
        memcpy((char *)at + done, from, got);
    }
    return 0;
}

static __attribute__((noinline)) int32_t map_copy(uint32_t address, arguments_t a, uint32_t protection)
{
    int32_t at = vdso_map(address, a[MAP_LENGTH]);

    if (vdso_is_error(at))
        return at;
    int error = copy_file((uint32_t)at, a);
    if (!error && protection & CAN_EXECUTE)
        error = vdso_protect((uint32_t)at, pages_of(a[MAP_LENGTH]) << PAGE_BITS, protection);
    if (error)
        (void)vdso_unmap((uint32_t)at, a[MAP_LENGTH]);
    return error ? error : at;
}

static int check_request(arguments_t a)
{
    if (!state->has_files)
        return a[MAP_FD] < 3 ? -ENODEV : -EBADF;
    return a[MAP_PAGE] > INT32_MAX / PAGE_SIZE ? -EOVERFLOW : 0;
}

int vdso_check_file(arguments_t a, uint32_t protection)
{
    uint32_t granted, shared = a[MAP_FLAGS] & IS_SHARED;
    uint32_t rights = must_be_copied(protection, shared) ? CAN_READ : CAN_READ | (protection & CAN_WRITE);
    int error = check_request(a);

    if (!error && a[MAP_FD] > UINT8_MAX)
        error = -EBADF;
    return error ? error : file_map(CLIENT_SLOT_FILE, 0, a[MAP_FD], shared, 0, a[MAP_PAGE], 0, rights, &granted);
}

__attribute__((regparm(3))) int32_t vdso_map_file(uint32_t address, arguments_t a, uint32_t protection)
{
    int error = check_request(a);

    if (error)
        return error;
    if (must_be_copied(protection, a[MAP_FLAGS] & IS_SHARED))
        return map_copy(address, a, protection);
    return a[MAP_FD] > UINT8_MAX ? -EBADF : vdso_map_pages(address, a, protection);
}

int32_t vdso_map_shared(uint32_t address, uint32_t length, uint32_t protection)
{
    uint32_t a[] = {[MAP_LENGTH] = length, [MAP_FLAGS] = IS_SHARED, [MAP_FD] = 0, [MAP_PAGE] = 0};
    int error = vdso_begin_files();

    if (!error)
        error = file_unnamed(CLIENT_SLOT_FILE, pages_of(length) << PAGE_BITS, &a[MAP_FD]);
    if (error)
        return error;
    int32_t at = vdso_map_pages(address, a, protection);
    (void)vdso_settle(file_close(CLIENT_SLOT_FILE, a[MAP_FD]));
    return at;
}

/* ------------------------------------------------------------------------------------ with other rights */

bool vdso_map_again(uint32_t address, bool writes)
{
    uint32_t granted = 0, rights = writes ? CAN_READ | CAN_WRITE : CAN_READ;

    address &= -(uint32_t)PAGE_SIZE;
    if (writes && vdso_protect(address, PAGE_SIZE, rights)) /* a read-only page may be there */
        return false;
    return !file_map_again(CLIENT_SLOT_FILE, ipc_window(address, 1), address, rights, 1, &granted) && granted;
}

/* Replaces a file's pages by copies. Without memory for these, the file's pages stay. */
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
        (void)vdso_settle(file_unmap(CLIENT_SLOT_FILE, address, bytes >> PAGE_BITS));
    }
    (void)vdso_unmap((uint32_t)copy, bytes);
    return error;
}

int vdso_prepare_mappings(uint32_t address, uint32_t length, uint32_t protection)
{
    uint32_t left = length >> PAGE_BITS, pages, filled, rights;
    int error = 0;

    for (; left && !error; left -= pages, address += pages << PAGE_BITS) {
        error = file_mapping(CLIENT_SLOT_FILE, address, &pages, &filled, &rights);
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
