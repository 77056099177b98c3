/* Futexes: waiting at a private word of the process, or at a word in a shared page. */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/layout.h"
#include "servers/proto/proc.h"

enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1, FUTEX_REQUEUE = 3, FUTEX_CMP_REQUEUE = 4, FUTEX_OPERATION = 0x7f };
enum { FUTEX_PRIVATE = 0x80, FUTEX_TICK = 10000000 };
enum { FUTEX_COUNT_MAX = 512 }; /* there are no more processes */

/* Returns whether other processes may share the word. Proc then asks the server that granted the page. */
static bool is_shared(uint32_t address, uint32_t operation)
{
    return !(operation & FUTEX_PRIVATE) && (address >= NAMED_BASE || state->has_mappings);
}

static uint32_t word_at(uint32_t address)
{
    return *(const volatile uint32_t *)address;
}

/* The word has changed, so a wake-up that came meanwhile belongs to another process and is passed on. */
static int32_t do_not_wait(uint32_t address, bool shared)
{
    uint32_t woken = 0;

    if (!proc_watch_end(CLIENT_SLOT_PROC, &woken) && woken)
        (void)proc_futex_wake(CLIENT_SLOT_PROC, address, shared, 1, &woken);
    return -EAGAIN;
}

/* Waits in parts, like a sleep. After a part without a wake-up it watches again and checks the word again. */
static int32_t wait_at(arguments_t a, uint64_t ticks, bool is_timed, uint32_t number)
{
    uint32_t left = 0, woken = 0, part;
    bool shared = is_shared(a[0], a[1]);

    vdso_tell_signals();
    do {
        int error = proc_futex_watch(CLIENT_SLOT_PROC, a[0], shared, &woken);
        if (error)
            return error;
        if (word_at(a[0]) != a[2])
            return do_not_wait(a[0], shared);
        part = ticks < TICKS_MAX ? (uint32_t)ticks : TICKS_MAX;
        error = proc_futex_wait(CLIENT_SLOT_PROC, part, &left, &woken);
        if (error || woken)
            return error;
        if (left)
            return is_timed ? vdso_ends_early() : vdso_may_restart(number);
        ticks -= is_timed ? part : 0;
    } while (ticks);
    return -ETIMEDOUT;
}

/* One call wakes at most FUTEX_WOKEN_MAX. */
static int wake(uint32_t address, bool shared, uint32_t count, uint32_t *woken)
{
    uint32_t some = 0;
    int error;

    do {
        error = proc_futex_wake(CLIENT_SLOT_PROC, address, shared, count - *woken, &some);
        *woken += error ? 0 : some;
    } while (!error && some == FUTEX_WOKEN_MAX && *woken < count);
    return error;
}

static int32_t wake_at(arguments_t a, uint32_t operation)
{
    uint32_t woken = 0, count = a[2] < FUTEX_COUNT_MAX ? a[2] : FUTEX_COUNT_MAX;
    uint32_t others = a[3] < FUTEX_COUNT_MAX ? a[3] : FUTEX_COUNT_MAX;
    bool shared = is_shared(a[0], a[1]) || (operation != FUTEX_WAKE && is_shared(a[4], a[1]));
    int error = wake(a[0], shared, count, &woken);

    if (!error && operation != FUTEX_WAKE)
        error = proc_futex_requeue(CLIENT_SLOT_PROC, a[0], a[4], shared, others);
    return error ? error : (int32_t)woken;
}

static int32_t check(arguments_t a, uint32_t operation)
{
    bool requeues = operation == FUTEX_REQUEUE || operation == FUTEX_CMP_REQUEUE;

    if (!requeues && operation != FUTEX_WAIT && operation != FUTEX_WAKE)
        return -ENOSYS;
    if (a[0] % sizeof(uint32_t) || (requeues && a[4] % sizeof(uint32_t)))
        return -EINVAL;
    if (vdso_is_bad(a[0], sizeof(uint32_t)) || (requeues && vdso_is_bad(a[4], sizeof(uint32_t))))
        return -EFAULT;
    return operation == FUTEX_CMP_REQUEUE && word_at(a[0]) != a[5] ? -EAGAIN : 0;
}

/* The timeout is two numbers, each of `bytes`. */
static int32_t futex(arguments_t a, uint32_t number, uint32_t bytes)
{
    uint32_t operation = a[1] & FUTEX_OPERATION, seconds = 0, nanoseconds = 0;
    int32_t error = check(a, operation);

    if (error || operation != FUTEX_WAIT)
        return error ? error : wake_at(a, operation);
    if (!a[3])
        return wait_at(a, TICKS_MAX, false, number);
    if (vdso_is_bad(a[3], 2 * bytes))
        return -EFAULT;
    seconds = *(const uint32_t *)a[3];
    if (bytes > sizeof(uint32_t) && ((const int32_t *)a[3])[1] > 0)
        seconds = INT32_MAX; /* practically for ever */
    if (bytes > sizeof(uint32_t) && ((const int32_t *)a[3])[1] < 0)
        return -EINVAL;
    nanoseconds = *(const uint32_t *)(a[3] + bytes);
    if (seconds >> 31 || nanoseconds >= 100 * (uint32_t)FUTEX_TICK)
        return -EINVAL;
    return wait_at(a, (uint64_t)seconds * TICKS_PER_SECOND + (nanoseconds + FUTEX_TICK - 1) / FUTEX_TICK, true, number);
}

HANDLER(futex)
{
    return futex(a, number, sizeof(uint32_t));
}

HANDLER(futex64)
{
    return futex(a, number, sizeof(uint64_t));
}
