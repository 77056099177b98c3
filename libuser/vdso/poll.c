/*
 * poll: asks the file server about pipes and files, and the console about input. If nothing is ready, both will tell
 * proc when something is, and the process waits at proc, which also knows times and signals:
 *
 *      watch at proc --> ask, and leave watches --> wait at proc --> ask again
 *
 * Any event after the first step ends the wait.
 */
#include "libuser/vdso/poll.h"

#include "libuser/ipc/ipc.h"
#include "libuser/vdso/signals.h"
#include "servers/proto/console.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"
#include "servers/proto/proc.h"

enum { POLL_TICK_NANOSECONDS = 10000000, POLL_TICK_MILLISECONDS = 10, POLL_SECOND_NANOSECONDS = 1000000000 };

/* ----------------------------------------------------------------------------------------- polling */

static bool is_known_console(int32_t fd)
{
    return vdso_is_console(state->console_reads | state->console_writes, (uint32_t)fd);
}

/* Returns whether the file server must be asked about the descriptor. */
static bool is_asked_for(int32_t fd)
{
    return fd >= 0 && state->has_files && !is_known_console(fd);
}

/* Fills in the results that are known here, and puts the file server's questions into `words`; returns how many. */
static uint32_t ask_for(struct polled *list, uint32_t count, uint32_t *words)
{
    const uint32_t none = FILE_DESCRIPTORS_MAX;
    uint32_t asked = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t fd = (uint32_t)list[i].fd;
        if (is_asked_for(list[i].fd))
            words[asked++] = (fd < none ? fd : none) | (uint32_t)list[i].events << FILE_POLL_SHIFT;
        else
            list[i].results = list[i].fd < 0 ? 0 : is_known_console(list[i].fd) ? FILE_POLL_CONSOLE : FILE_POLL_INVALID;
    }
    return asked;
}

/* Asks the file server. Returns 0 or an error. */
static int poll_files(struct polled *list, uint32_t count, bool watch)
{
    uint32_t most, ready;
    uint32_t *words = (uint32_t *)vdso_bytes(count * sizeof(uint32_t), &most);

    if (count * sizeof(uint32_t) > most)
        return -ENOMEM;
    uint32_t asked = ask_for(list, count, words), bytes = asked * sizeof(uint32_t);
    if (!asked)
        return 0;
    if (most > FILE_DATA_MAX && bytes <= FILE_DATA_MAX)
        for (uint32_t i = 0; i < asked; i++)
            message_page->words[i] = words[i]; /* so few fit in the message */
    int error = file_poll(CLIENT_SLOT_FILE, bytes <= FILE_DATA_MAX ? bytes : 0, asked, watch, &ready);
    if (error)
        return error;
    words = bytes <= FILE_DATA_MAX ? message_page->words : (uint32_t *)FILE_TRANSFER;
    for (uint32_t i = 0; i < count; i++)
        if (is_asked_for(list[i].fd))
            list[i].results = (uint16_t)*words++;
    return 0;
}

/* The console is always ready for output. *reads: a descriptor waits for its input. */
static void settle_consoles(struct polled *list, uint32_t count, bool watch, bool *reads)
{
    uint32_t input = 0;

    *reads = false;
    for (uint32_t i = 0; i < count; i++)
        *reads |= list[i].results == FILE_POLL_CONSOLE && list[i].events & FILE_POLL_IN;
    if (*reads)
        (void)console_poll(CLIENT_SLOT_CONSOLE, watch, &input);
    for (uint32_t i = 0; i < count; i++)
        if (list[i].results == FILE_POLL_CONSOLE)
            list[i].results = list[i].events & (FILE_POLL_OUT | (input ? FILE_POLL_IN : 0));
}

/* Returns how many descriptors are ready, or an error. With `watch`, if none is, proc will be told of one. */
static int32_t poll_once(struct polled *list, uint32_t count, bool watch, bool *reads)
{
    int32_t found = poll_files(list, count, watch);

    if (found)
        return found;
    settle_consoles(list, count, watch, reads);
    for (uint32_t i = 0; i < count; i++)
        found += list[i].results != 0;
    return found;
}

/* ----------------------------------------------------------------------------------------- waiting */

/* Waits once. Returns 0 or an error; *ends says that no time is left. */
static int wait_once(struct poll_time *time, bool *ends)
{
    uint32_t part = !time->is_timed || time->ticks > TICKS_MAX ? TICKS_MAX : (uint32_t)time->ticks;
    uint32_t left = 0, woken = 0, began = time->is_timed ? vdso_ticks() : 0;
    int error = proc_futex_wait(CLIENT_SLOT_PROC, part, &left, &woken);
    uint32_t passed = time->is_timed ? vdso_ticks() - began : 0;

    if (time->is_timed)
        time->ticks -= passed < time->ticks ? passed : time->ticks;
    if (!error && !left && !woken && time->is_timed && part < TICKS_MAX)
        time->ticks = 0;
    *ends = time->is_timed && !time->ticks;
    return error || !left ? error : -EINTR;
}

int32_t poll_wait(struct polled *list, uint32_t count, struct poll_time *time)
{
    bool ends = time->is_timed && !time->ticks, reads;
    uint32_t woken;

    vdso_tell_signals();
    int32_t found = poll_once(list, count, false, &reads);
    while (!found && !ends && !state->signal_pending) {
        int error = proc_poll_watch(CLIENT_SLOT_PROC, reads, &woken);
        if (error)
            return error;
        found = poll_once(list, count, true, &reads);
        if (found) {
            (void)proc_watch_end(CLIENT_SLOT_PROC, &woken);
            return found;
        }
        error = wait_once(time, &ends);
        found = poll_once(list, count, false, &reads);
        if (!found && error)
            return error == -EINTR ? vdso_ends_early() : error;
    }
    return !found && state->signal_pending ? vdso_ends_early() : found;
}

/* Sets the mask for the wait, as sigsuspend does. */
int32_t poll_wait_masked(struct polled *list, uint32_t count, struct poll_time *time, uint32_t mask, uint32_t bytes)
{
    enum { POLL_MASK_BYTES = 8 };

    if (!mask)
        return poll_wait(list, count, time);
    if (bytes != POLL_MASK_BYTES)
        return -EINVAL;
    if (vdso_is_bad(mask, POLL_MASK_BYTES))
        return -EFAULT;
    state->mask_before = state->blocked;
    state->is_suspended = 1;
    signals_set_mask(signals_blockable(*(const uint32_t *)mask));
    int32_t result = poll_wait(list, count, time);
    if (result != -EINTR) {
        state->is_suspended = 0;
        signals_set_mask(state->mask_before);
    }
    return result;
}

/* -------------------------------------------------------------------------------------------- time */

static uint32_t bytes_of(enum time_format format)
{
    return format == TIME_64 ? 2 * sizeof(uint64_t) : 2 * sizeof(uint32_t);
}

int poll_get_time(uint32_t at, enum time_format format, struct poll_time *time)
{
    *time = (struct poll_time){.is_timed = at != 0};
    if (!at)
        return 0;
    if (vdso_is_bad(at, bytes_of(format)))
        return -EFAULT;
    int64_t seconds = format == TIME_64 ? ((const int64_t *)at)[0] : ((const int32_t *)at)[0];
    int64_t parts = format == TIME_64 ? ((const int64_t *)at)[1] : ((const int32_t *)at)[1];
    if (seconds < 0 || parts < 0 || (format != TIME_MICROSECONDS && parts >= POLL_SECOND_NANOSECONDS))
        return -EINVAL;
    if (format == TIME_MICROSECONDS)
        parts *= 1000; /* may be more than a second */
    if (seconds >> 48)
        seconds = 1ll << 48; /* practically for ever */
    uint32_t rest = (uint32_t)(parts % POLL_TICK_NANOSECONDS != 0);
    time->ticks = (uint64_t)seconds * TICKS_PER_SECOND + (uint64_t)parts / POLL_TICK_NANOSECONDS + rest;
    return 0;
}

void poll_put_time(uint32_t at, enum time_format format, const struct poll_time *time)
{
    uint64_t seconds = time->ticks / TICKS_PER_SECOND;
    uint32_t parts = (uint32_t)(time->ticks % TICKS_PER_SECOND) * POLL_TICK_NANOSECONDS;

    if (!at)
        return;
    if (format == TIME_MICROSECONDS)
        parts /= 1000;
    uint32_t *to = (uint32_t *)at;
    if (format == TIME_64) {
        to[0] = (uint32_t)seconds, to[1] = (uint32_t)(seconds >> 32);
        to[2] = parts, to[3] = 0;
    } else {
        to[0] = (uint32_t)seconds, to[1] = parts;
    }
}

/* ------------------------------------------------------------------------------------------- calls */

static int check_polled(uint32_t at, uint32_t count)
{
    if (count > FILE_DESCRIPTORS_MAX)
        return -EINVAL;
    return vdso_is_bad(at, count * sizeof(struct polled)) ? -EFAULT : 0;
}

HANDLER(poll)
{
    int32_t milliseconds = (int32_t)a[2], error = check_polled(a[0], a[1]);
    struct poll_time time = {.is_timed = milliseconds >= 0};

    (void)number;
    if (time.is_timed)
        time.ticks = ((uint32_t)milliseconds + POLL_TICK_MILLISECONDS - 1) / POLL_TICK_MILLISECONDS;
    return error ? error : poll_wait((struct polled *)a[0], a[1], &time);
}

static int32_t masked_poll(arguments_t a, enum time_format format)
{
    struct poll_time time;
    int32_t error = poll_get_time(a[2], format, &time);

    if (!error)
        error = check_polled(a[0], a[1]);
    if (error)
        return error;
    int32_t result = poll_wait_masked((struct polled *)a[0], a[1], &time, a[3], a[4]);
    poll_put_time(a[2], format, &time);
    return result;
}

HANDLER(ppoll)
{
    (void)number;
    return masked_poll(a, TIME_NANOSECONDS);
}

HANDLER(ppoll64)
{
    (void)number;
    return masked_poll(a, TIME_64);
}
