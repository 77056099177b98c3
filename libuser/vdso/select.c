/* select, by means of poll: its descriptors are in bit sets. */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/poll.h"
#include "servers/proto/file_format.h"

#include <string.h>

enum { SETS = 3, SET_WORDS = FILE_DESCRIPTORS_MAX / 32 };

/* The events polled for each set, and the results that count: reading, writing, exceptions (there are none). */
static const uint16_t set_events[SETS] = {FILE_POLL_IN, FILE_POLL_OUT, 0};
static const uint16_t set_results[SETS] = {FILE_POLL_IN | FILE_POLL_HANG_UP | FILE_POLL_ERROR,
                                           FILE_POLL_OUT | FILE_POLL_ERROR, 0};

struct selection {
    uint32_t count;            /* descriptors are below this */
    const uint32_t *addresses; /* of the program's sets; 0: there is none */
    uint32_t sets[SETS][SET_WORDS];
};

static bool has(const uint32_t *set, uint32_t fd)
{
    return set[fd / 32] >> fd % 32 & 1;
}

/* Copies the sets, without descriptors that no process can have. Returns 0, -EINVAL or -EFAULT. */
static int take_sets(struct selection *selection)
{
    if (selection->count > INT32_MAX)
        return -EINVAL;
    if (selection->count > FILE_DESCRIPTORS_MAX)
        selection->count = FILE_DESCRIPTORS_MAX;
    uint32_t bytes = (selection->count + 31) / 32 * sizeof(uint32_t);
    for (uint32_t set = 0; set < SETS; set++) {
        if (selection->addresses[set] && vdso_is_bad(selection->addresses[set], bytes))
            return -EFAULT;
        memset(selection->sets[set], 0, sizeof selection->sets[set]);
        if (selection->addresses[set])
            memcpy(selection->sets[set], (const void *)selection->addresses[set], bytes);
    }
    return 0;
}

static uint32_t list_of(const struct selection *selection, struct polled *list)
{
    uint32_t count = 0;

    for (uint32_t fd = 0; fd < selection->count; fd++) {
        struct polled one = {.fd = (int32_t)fd};
        bool is_in = false;
        for (uint32_t set = 0; set < SETS; set++)
            if (has(selection->sets[set], fd))
                is_in = true, one.events |= set_events[set];
        if (is_in)
            list[count++] = one;
    }
    return count;
}

/* Returns how many bits are set in all sets, or an error, which leaves the sets unchanged. */
static int32_t put_sets(struct selection *selection, const struct polled *list, uint32_t count)
{
    uint32_t sets[SETS][SET_WORDS] = {{0}};
    int32_t bits = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t fd = (uint32_t)list[i].fd;
        if (list[i].results & FILE_POLL_INVALID)
            return -EBADF;
        for (uint32_t set = 0; set < SETS; set++)
            if (has(selection->sets[set], fd) && list[i].results & set_results[set]) {
                sets[set][fd / 32] |= 1u << fd % 32;
                bits++;
            }
    }
    for (uint32_t set = 0; set < SETS; set++)
        if (selection->addresses[set])
            memcpy((void *)selection->addresses[set], sets[set], (selection->count + 31) / 32 * sizeof(uint32_t));
    return bits;
}

static int32_t wait_for_any(arguments_t a, enum time_format format, uint32_t mask, uint32_t mask_bytes)
{
    struct selection selection = {.count = a[0], .addresses = a + 1};
    struct polled list[FILE_DESCRIPTORS_MAX];
    struct poll_time time;
    int32_t error = poll_get_time(a[4], format, &time);

    if (!error)
        error = take_sets(&selection);
    if (error)
        return error;
    uint32_t count = list_of(&selection, list);
    int32_t result = poll_wait_masked(list, count, &time, mask, mask_bytes);
    poll_put_time(a[4], format, &time);
    return result < 0 ? result : put_sets(&selection, list, count);
}

HANDLER(select)
{
    (void)number;
    return wait_for_any(a, TIME_MICROSECONDS, 0, 0);
}

/* The only argument is the address of select's five. */
HANDLER(old_select)
{
    if (vdso_is_bad(a[0], 5 * sizeof(uint32_t)))
        return -EFAULT;
    return vdso_select((arguments_t)a[0], number);
}

/* The last argument points to the mask's address and size. */
static int32_t masked_select(arguments_t a, enum time_format format)
{
    const uint32_t *mask = (const uint32_t *)a[5];

    if (!mask)
        return wait_for_any(a, format, 0, 0);
    if (vdso_is_bad(a[5], 2 * sizeof(uint32_t)))
        return -EFAULT;
    return wait_for_any(a, format, mask[0], mask[1]);
}

HANDLER(pselect6)
{
    (void)number;
    return masked_select(a, TIME_NANOSECONDS);
}

HANDLER(pselect664)
{
    (void)number;
    return masked_select(a, TIME_64);
}
