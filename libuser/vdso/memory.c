/* The heap, and anonymous pages. */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/mem.h"

#include <string.h>

static uint32_t page_up(uint32_t bytes)
{
    return (bytes + PAGE_SIZE - 1) & ~(uint32_t)(PAGE_SIZE - 1);
}

/* Moves the heap's end by so much; all of it, or nothing if that failed at once. */
static int move_end(int32_t increment)
{
    uint32_t old = 0, end = 0;
    int answer;

    do {
        answer = mem_sbrk(CLIENT_SLOT_MEM, 0, (uint32_t)increment, &old, &end);
        if (answer >= 0) {
            increment -= (int32_t)(end - old);
            state->heap_end = end;
        }
    } while (answer == MEM_MORE);
    return answer;
}

/* The new end, or the old one if that is not possible. */
HANDLER(brk)
{
    (void)number;
    if (!state->heap_end)
        (void)move_end(0);
    if (a[0] && state->heap_end)
        (void)move_end((int32_t)(a[0] - state->heap_end));
    return (int32_t)state->heap_end;
}

static int unmap(uint32_t address, uint32_t length)
{
    uint32_t end = address + length, rest = address;
    int answer;

    do
        answer = mem_munmap(CLIENT_SLOT_MEM, 0, rest, end - rest, &rest);
    while (answer == MEM_MORE);
    return answer;
}

HANDLER(munmap)
{
    (void)number;
    return a[0] + a[1] < a[0] ? -EINVAL : unmap(a[0], a[1]);
}

static int32_t map(uint32_t address, uint32_t length)
{
    uint32_t at = 0;
    int answer;

    do
        answer = mem_mmap(CLIENT_SLOT_MEM, 0, address, length, &at);
    while (answer == MEM_MORE);
    return answer ? answer : (int32_t)at;
}

/* Without MAP_FIXED an address is only a wish. */
HANDLER(mmap2)
{
    enum { READ_WRITE = 3, SHARED = 1, PRIVATE = 2, FIXED = 0x10, ANONYMOUS = 0x20, FIXED_NOREPLACE = 0x100000 };
    uint32_t address = a[0], length = a[1], flags = a[3];

    (void)number;
    if (!length || (flags & (SHARED | PRIVATE)) == 0 || (flags & FIXED && address % PAGE_SIZE))
        return -EINVAL;
    if (!(flags & ANONYMOUS) || flags & SHARED)
        return -ENODEV;
    if (a[2] != READ_WRITE)
        return -EACCES;
    if (flags & FIXED_NOREPLACE)
        return map(address, length);
    if (flags & FIXED) {
        int error = unmap(address, length);
        return error ? error : map(address, length);
    }
    int32_t at = address ? map(address & ~(uint32_t)(PAGE_SIZE - 1), length) : -EEXIST;
    return at >= -PAGE_SIZE && at < 0 ? map(0, length) : at;
}

/* Elsewhere, with what was there. */
static int32_t move(uint32_t address, uint32_t old_length, uint32_t length)
{
    int32_t to = map(0, length);

    if (to < 0 && to >= -PAGE_SIZE)
        return to;
    memcpy((void *)to, (const void *)address, old_length);
    (void)unmap(address, old_length);
    return to;
}

/* In place if there is room behind. */
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
        int error = unmap(address + length, old_length - length);
        return error ? error : (int32_t)address;
    }
    if (length == old_length || map(address + old_length, length - old_length) == (int32_t)(address + old_length))
        return (int32_t)address;
    return a[3] & MAY_MOVE ? move(address, old_length, length) : -ENOMEM;
}
