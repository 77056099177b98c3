/* The heap, and anonymous pages. */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/file.h"
#include "servers/proto/mem.h"

#include <string.h>

static uint32_t page_up(uint32_t bytes)
{
    return (bytes + PAGE_SIZE - 1) & ~(uint32_t)(PAGE_SIZE - 1);
}

/* Moves the heap's end by `increment` bytes. */
static int move_end(int32_t increment)
{
    uint32_t old = 0, end = 0;
    int status;

    do {
        status = mem_sbrk(CLIENT_SLOT_MEM, (uint32_t)increment, &old, &end);
        if (status >= 0) {
            increment -= (int32_t)(end - old);
            state->heap_end = end;
        }
    } while (status == MEM_MORE);
    return status;
}

/* Returns the new end, or the old one if the move failed. It always fails if the program manages its heap with sbrk: a
 * C library's malloc would take that heap for its own. */
HANDLER(brk)
{
    (void)number;
    if (!state->heap_end)
        (void)move_end(0);
    if (a[0] && state->heap_end && !state->has_own_heap)
        (void)move_end((int32_t)(a[0] - state->heap_end));
    return (int32_t)state->heap_end;
}

/* Moves the heap's end, and returns the old end. */
HANDLER(sbrk)
{
    int error = state->heap_end ? 0 : move_end(0);
    uint32_t old = state->heap_end;

    (void)number;
    state->has_own_heap = 1;
    if (!error && a[0])
        error = move_end((int32_t)a[0]);
    return error ? error : (int32_t)old;
}

int vdso_take_pages(uint32_t address, uint32_t length)
{
    uint32_t end = address + length, rest = address;
    int status;

    (void)vdso_give_ahead(address, length);
    do
        status = mem_munmap(CLIENT_SLOT_MEM, rest, end - rest, &rest);
    while (status == MEM_MORE);
    return status;
}

/* If the file server learns of it late, or not at all, the file only lives longer. */
int vdso_unmap(uint32_t address, uint32_t length)
{
    int status = vdso_take_pages(address, length);

    if (!status && state->has_mappings)
        (void)vdso_settle(file_unmap(CLIENT_SLOT_FILE, address, page_up(length) >> PAGE_BITS));
    return status;
}

HANDLER(munmap)
{
    (void)number;
    return a[0] + a[1] < a[0] ? -EINVAL : vdso_unmap(a[0], a[1]);
}

int32_t vdso_map(uint32_t address, uint32_t length)
{
    uint32_t at = 0;
    int status;

    if (address)
        (void)vdso_give_ahead(address, length);
    do
        status = mem_mmap(CLIENT_SLOT_MEM, address, length, &at);
    while (status == MEM_MORE);
    return status ? status : (int32_t)at;
}

enum { PROTECT_READ = 1, PROTECT_WRITE = 2, PROTECT_EXECUTE = 4 };

/* Returns the rights, or an error. Writable or executable pages are readable; no page is both. */
static int32_t rights_of(uint32_t protection)
{
    static const int8_t all[] = {0, 1, 3, 3, 5, 5, -EACCES, -EACCES};

    return protection < sizeof all ? all[protection] : -EINVAL;
}

int vdso_protect(uint32_t address, uint32_t length, uint32_t rights)
{
    uint32_t end = address + length, rest = address;
    int status;

    (void)vdso_give_ahead(address, length);
    do
        status = mem_protect(CLIENT_SLOT_MEM, rest, end - rest, rights, &rest);
    while (status == MEM_MORE);
    return status;
}

HANDLER(mprotect)
{
    uint32_t length = page_up(a[1]);
    int32_t rights = rights_of(a[2]);
    int error = 0;

    (void)number;
    if (a[0] % PAGE_SIZE)
        return -EINVAL;
    if (rights < 0 || a[1] == 0)
        return rights < 0 ? rights : 0;
    if (length == 0 || vdso_is_bad(a[0], length))
        return -ENOMEM;
    if (state->has_mappings && rights & (PROTECT_WRITE | PROTECT_EXECUTE))
        error = vdso_prepare_mappings(a[0], length, (uint32_t)rights);
    return error ? error : vdso_protect(a[0], length, (uint32_t)rights);
}

/* Pages are never taken away, so there is nothing to lock. Untouched pages are still not there. */
HANDLER(mlock)
{
    enum { MLOCK2 = 376, ON_FAULT = 1 };
    uint32_t begin = a[0] & ~(uint32_t)(PAGE_SIZE - 1), length = page_up(a[0] - begin + a[1]);

    if (number == MLOCK2 && a[2] & ~(uint32_t)ON_FAULT)
        return -EINVAL;
    if (a[1] > UINT32_MAX - PAGE_SIZE || begin + length < begin)
        return -EINVAL;
    return a[1] && vdso_is_bad(begin, length) ? -ENOMEM : 0;
}

HANDLER(mlockall)
{
    enum { CURRENT = 1, FUTURE = 2, ON_FAULT = 4 };

    (void)number;
    return a[0] && a[0] != ON_FAULT && !(a[0] & ~(uint32_t)(CURRENT | FUTURE | ON_FAULT)) ? 0 : -EINVAL;
}

/* Accepts advice that needs no action. Advice that would discard contents is refused. */
HANDLER(madvise)
{
    enum { WILL_NEED = 3, FREE = 8, DO_FORK = 11, HUGE_PAGE = 14, DO_DUMP = 17 };
    uint32_t advice = a[2];
    bool is_harmless =
        advice <= WILL_NEED || advice == FREE || advice == DO_FORK || (advice >= HUGE_PAGE && advice <= DO_DUMP);

    (void)number;
    if (a[0] % PAGE_SIZE || !is_harmless || (a[1] && page_up(a[1]) == 0) || a[0] + page_up(a[1]) < a[0])
        return -EINVAL;
    return 0;
}

static int32_t map_with(uint32_t address, uint32_t length, uint32_t rights)
{
    int32_t at = vdso_map(address, length);

    if (rights == (PROTECT_READ | PROTECT_WRITE) || vdso_is_error(at))
        return at;
    int error = vdso_protect((uint32_t)at, page_up(length), rights);
    if (error)
        (void)vdso_unmap((uint32_t)at, length);
    return error ? error : at;
}

/* Maps pages of the kind that the flags say, at `address` or, with 0, anywhere. */
static __attribute__((noinline)) int32_t map_kind(uint32_t address, arguments_t a, uint32_t rights)
{
    enum { SHARED = 1, ANONYMOUS = 0x20 };

    if (!(a[3] & ANONYMOUS))
        return vdso_map_file(address, a, rights);
    return a[3] & SHARED ? vdso_map_shared(address, a[1], rights) : map_with(address, a[1], rights);
}

/* Without MAP_FIXED an address is only a hint. This is out of line because most calls have no address. */
static __attribute__((noinline)) int32_t map_there(arguments_t a, uint32_t rights)
{
    enum { FIXED = 0x10, ANONYMOUS = 0x20, FIXED_NOREPLACE = 0x100000 };
    uint32_t address = a[0], flags = a[3];

    if (flags & FIXED && address % PAGE_SIZE)
        return -EINVAL;
    if (flags & FIXED_NOREPLACE)
        return map_kind(address, a, rights);
    if (flags & FIXED) { /* the old pages stay if the file cannot be mapped */
        int error = flags & ANONYMOUS ? 0 : vdso_check_file(a, rights);
        if (!error)
            error = vdso_unmap(address, a[1]);
        return error ? error : map_kind(address, a, rights);
    }
    int32_t at = map_kind(address & ~(uint32_t)(PAGE_SIZE - 1), a, rights);
    return vdso_is_error(at) ? map_kind(0, a, rights) : at;
}

HANDLER(mmap2)
{
    enum { SHARED = 1, PRIVATE = 2, FIXED = 0x10, ANONYMOUS = 0x20, FIXED_NOREPLACE = 0x100000 };
    uint32_t flags = a[3];
    int32_t rights = rights_of(a[2]);

    (void)number;
    if (!a[1] || (flags & (SHARED | PRIVATE)) == 0)
        return -EINVAL;
    if (rights < 0)
        return rights;
    if (a[0] || flags & (FIXED | FIXED_NOREPLACE))
        return map_there(a, (uint32_t)rights);
    return flags & ANONYMOUS ? map_kind(0, a, (uint32_t)rights) : vdso_map_file(0, a, (uint32_t)rights);
}

/* Moves the pages to another address. */
static int32_t move(uint32_t address, uint32_t old_length, uint32_t length)
{
    int32_t to = vdso_map(0, length);

    if (to < 0 && to >= -PAGE_SIZE)
        return to;
    memcpy((void *)to, (const void *)address, old_length);
    (void)vdso_unmap(address, old_length);
    return to;
}

/* Grows in place if there is room behind the pages. */
HANDLER(mremap)
{
    enum { MAY_MOVE = 1 };
    uint32_t address = a[0], old_length = page_up(a[1]), length = page_up(a[2]);

    (void)number;
    if (address % PAGE_SIZE || !old_length || !length || a[3] & ~(uint32_t)MAY_MOVE)
        return -EINVAL;
    if (vdso_is_bad(address, old_length))
        return -EFAULT;
    if (length < old_length) {
        int error = vdso_unmap(address + length, old_length - length);
        return error ? error : (int32_t)address;
    }
    if (length == old_length || vdso_map(address + old_length, length - old_length) == (int32_t)(address + old_length))
        return (int32_t)address;
    return a[3] & MAY_MOVE ? move(address, old_length, length) : -ENOMEM;
}
