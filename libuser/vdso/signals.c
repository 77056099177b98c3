/* Calls about signals: actions, masks, sending. */
#include "libuser/vdso/signals.h"

#include "libuser/ipc/ipc.h"
#include "libuser/vdso/poll.h"
#include "servers/proto/proc.h"
#include "servers/proto/process_format.h"

#include <string.h>

enum { MASK_BYTES = 8 }; /* Linux's set of signals, of which we have the first 31 */

/* Linux's struct sigaction of i386. */
struct sigaction_words {
    uint32_t handler, flags, restorer, mask[2];
};

/* ------------------------------------------------------------------------------------ telling proc */

void vdso_tell_all_signals(void)
{
    uint32_t due = 0;

    if (state->caught == state->proc_caught && state->ignored == state->proc_ignored &&
        state->blocked == state->proc_blocked)
        return;
    state->proc_caught = state->caught;
    state->proc_ignored = state->ignored;
    state->proc_blocked = state->blocked;
    if (!proc_signals(CLIENT_SLOT_PROC, state->caught, state->ignored & ~IGNORES_CHILDREN,
                      state->ignored / IGNORES_CHILDREN, state->blocked, &due) &&
        due)
        state->signal_pending = 1;
}

void signals_set_mask(uint32_t mask)
{
    state->blocked = mask;
    if (mask != signals_blockable(UINT32_MAX))
        vdso_tell_signals();
    if (state->blocked_pending & ~mask)
        state->signal_pending = 1;
}

void signals_tell_actions(void)
{
    uint32_t blocked = state->blocked;

    if (blocked == signals_blockable(UINT32_MAX))
        state->blocked = state->proc_blocked;
    vdso_tell_all_signals();
    state->blocked = blocked;
}

/* If any handler runs on the signal stack, frames of an interrupted thread are made there. */
static void choose_stack(void)
{
    state->stack_end = 0;
    for (uint32_t signal = 1; signal < SIGNAL_NUMBERS; signal++)
        if (state->actions[signal].handler > HANDLE_IGNORE && state->actions[signal].flags & ACTION_ON_STACK)
            state->stack_end = state->stack.begin + state->stack.bytes;
}

void signal_set_action(uint32_t signal, struct vdso_action action)
{
    uint32_t bit = signal_bit(signal);

    state->actions[signal] = action;
    state->caught = (state->caught & ~bit) | (action.handler > HANDLE_IGNORE ? bit : 0);
    state->ignored = (state->ignored & ~bit) | (action.handler == HANDLE_IGNORE ? bit : 0);
    if (signal == SIGNAL_CHLD)
        state->ignored =
            (state->ignored & ~IGNORES_CHILDREN) | (action.flags & ACTION_NO_CHILD_WAIT ? IGNORES_CHILDREN : 0);
    choose_stack();
    signals_tell_actions();
}

/* ------------------------------------------------------------------------------------ sending */

static bool has_bit(uint32_t signal)
{
    return signal && signal < SIGNAL_NUMBERS;
}

static void before_sending(uint32_t signal)
{
    if (!has_bit(signal) || !(state->caught & signal_bit(signal)))
        vdso_tell_signals();
}

/* The signal may have been sent to the caller itself. Then it waits at proc, or a check finds none. */
static int32_t was_sent(uint32_t signal, int32_t error)
{
    if (!error && has_bit(signal) && state->blocked & signal_bit(signal))
        state->blocked_pending |= signal_bit(signal);
    else if (!error && has_bit(signal) && state->caught & signal_bit(signal))
        state->signal_pending = 1;
    return error;
}

static int32_t send_to(uint32_t pid, uint32_t signal, bool to_thread)
{
    return was_sent(signal, proc_kill(CLIENT_SLOT_PROC, pid, signal, to_thread));
}

/* Finds the next process of the group or, with 0, of all; returns false if there is none. */
static bool next_of(uint32_t group, uint32_t *next, uint32_t *pid)
{
    const struct listed_process *listed = (const struct listed_process *)message_page->words;

    do
        if (proc_list(CLIENT_SLOT_PROC, *next, next))
            return false;
    while (group && listed->group != group);
    *pid = listed->pid;
    return true;
}

/* Sends the signal to each process of the group, to the caller last; with `group` 0 to all but the caller. Returns the
 * last error if no process could be sent it. */
static int32_t send_to_all(uint32_t group, uint32_t signal)
{
    uint32_t own = 0, parent, next = 0, pid;
    int32_t result = -ESRCH;
    bool is_in = false;

    (void)proc_getpid(CLIENT_SLOT_PROC, &own, &parent);
    while (next_of(group, &next, &pid)) {
        if (pid == own) {
            is_in = group != 0;
            continue;
        }
        int32_t error = send_to(pid, signal, false);
        if (result && error != -ESRCH)
            result = error;
    }
    if (!is_in)
        return result;
    int32_t error = send_to(own, signal, false);
    return result ? error : 0;
}

static int32_t send_to_group(int32_t pid, uint32_t signal)
{
    uint32_t group = 0 - (uint32_t)pid, session;

    if (pid == 0 && proc_group(CLIENT_SLOT_PROC, 0, &group, &session))
        return -ESRCH;
    return send_to_all(pid == -1 ? 0 : group, signal);
}

HANDLER(kill)
{
    enum { TKILL = 238, TGKILL = 270 };
    bool to_thread = number == TKILL || number == TGKILL;

    before_sending(a[1]);
    if (!to_thread && (int32_t)a[0] <= 0)
        return send_to_group((int32_t)a[0], a[1]);
    return send_to(a[0], a[1], to_thread);
}

/* The only origin that a program may give is SI_QUEUE. */
HANDLER(rt_sigqueueinfo)
{
    enum { VALUE = 1 };
    const struct siginfo_words *info = (const struct siginfo_words *)a[2];

    (void)number;
    if (vdso_is_bad(a[2], sizeof *info))
        return -EFAULT;
    if ((int32_t)info->code != CODE_QUEUE)
        return -EPERM;
    before_sending(a[1]);
    return was_sent(a[1], proc_queue(CLIENT_SLOT_PROC, a[0], a[1], info->rest[VALUE]));
}

void vdso_raise(uint32_t signal)
{
    uint32_t pid = 0, parent;

    (void)proc_getpid(CLIENT_SLOT_PROC, &pid, &parent);
    const uint32_t to_itself[] = {pid, signal};
    (void)vdso_kill(to_itself, 0);
}

/* The thread must be the process's only one. */
HANDLER(tgkill)
{
    return a[0] == a[1] ? vdso_kill(a + 1, number) : -ESRCH;
}

/* ------------------------------------------------------------------------------------ actions, masks */

/* Takes a pending signal of the set, blocked or not. */
static bool take_of(uint32_t set, struct siginfo_words *info)
{
    uint32_t signal = 0, value, sender;

    if (proc_signal_take(CLIENT_SLOT_PROC, 0, set, &signal, &value, &sender) || !signal)
        return false;
    *info = signal_info(signal, value, sender);
    state->blocked_pending &= ~signal_bit(info->signal);
    return true;
}

static bool is_ignored(uint32_t signal, uint32_t handler)
{
    bool by_default = signal == SIGNAL_CHLD || signal == SIGNAL_CONT || signal == SIGNAL_URG || signal == SIGNAL_WINCH;

    return handler == HANDLE_IGNORE || (handler == HANDLE_DEFAULT && by_default);
}

/* POSIX's sigaction(): ignoring a signal discards it if it is pending, even if it was ignored before. */
static void change_action(uint32_t signal, struct vdso_action action)
{
    struct siginfo_words info;

    signal_set_action(signal, action);
    if (state->blocked & signal_bit(signal) && is_ignored(signal, action.handler))
        (void)take_of(signal_bit(signal), &info);
}

HANDLER(rt_sigaction)
{
    uint32_t signal = a[0];
    const struct sigaction_words *new = (const struct sigaction_words *)a[1];
    struct vdso_action was;

    (void)number;
    if (signal == 0 || signal >= 65 || a[3] != MASK_BYTES)
        return -EINVAL;
    if ((a[1] && vdso_is_bad(a[1], sizeof *new)) || (a[2] && vdso_is_bad(a[2], sizeof *new)))
        return -EFAULT;
    if (signal >= SIGNAL_NUMBERS || (a[1] && (signal == SIGNAL_KILL || signal == SIGNAL_STOP)))
        return -EINVAL;
    was = state->actions[signal];
    if (a[1])
        change_action(signal, (struct vdso_action){new->handler, new->flags, signals_blockable(new->mask[0])});
    if (a[2])
        *(struct sigaction_words *)a[2] =
            (struct sigaction_words){.handler = was.handler, .flags = was.flags, .mask = {was.mask, 0}};
    return 0;
}

HANDLER(rt_sigprocmask)
{
    enum { BLOCK, UNBLOCK, SET };
    uint32_t was = state->blocked, set = 0;

    (void)number;
    if (a[3] != MASK_BYTES || (a[1] && a[0] > SET))
        return -EINVAL;
    if ((a[1] && vdso_is_bad(a[1], MASK_BYTES)) || (a[2] && vdso_is_bad(a[2], MASK_BYTES)))
        return -EFAULT;
    if (a[1]) {
        set = signals_blockable(*(const uint32_t *)a[1]);
        signals_set_mask(a[0] == SET ? set : a[0] == BLOCK ? was | set : was & ~set);
    }
    if (a[2])
        memcpy((void *)a[2], (const uint32_t[]){was, 0}, MASK_BYTES);
    return 0;
}

/* A call with all signals blocked takes none, and returns those that are pending. */
HANDLER(rt_sigpending)
{
    uint32_t signal, waiting = 0, sender;

    (void)number;
    if (a[1] > MASK_BYTES)
        return -EINVAL;
    if (vdso_is_bad(a[0], a[1]))
        return -EFAULT;
    (void)proc_signal_take(CLIENT_SLOT_PROC, UINT32_MAX, 0, &signal, &waiting, &sender);
    memcpy((void *)a[0], (const uint32_t[]){waiting & state->blocked, 0}, a[1]);
    return 0;
}

/* ss_sp, ss_flags, ss_size. */
HANDLER(sigaltstack)
{
    enum { STACK_WORDS = 3, ON_STACK = 1, DISABLE = 2, BYTES_MIN = 2048 };
    const uint32_t *new = (const uint32_t *)a[0];
    bool is_on = (uint32_t)a - state->stack.begin < state->stack.bytes;
    uint32_t was[STACK_WORDS] = {state->stack.begin,
                                 is_on                ? ON_STACK
                                 : state->stack.bytes ? 0
                                                      : DISABLE,
                                 state->stack.bytes};

    (void)number;
    if ((a[0] && vdso_is_bad(a[0], sizeof was)) || (a[1] && vdso_is_bad(a[1], sizeof was)))
        return -EFAULT;
    if (new &&is_on)
        return -EPERM;
    if (new &&new[1] & ~(uint32_t)(ON_STACK | DISABLE))
        return -EINVAL;
    if (new && !(new[1] & DISABLE) && new[2] < BYTES_MIN)
        return -ENOMEM;
    if (new) {
        state->stack.begin = new[1] & DISABLE ? 0 : new[0];
        state->stack.bytes = new[1] & DISABLE ? 0 : new[2];
        choose_stack();
    }
    if (a[1])
        memcpy((void *)a[1], was, sizeof was);
    return 0;
}

/* ------------------------------------------------------------------------------------ waiting */

int32_t vdso_ends_early(void)
{
    state->signal_pending = 1;
    return -EINTR;
}

int32_t vdso_may_restart(uint32_t number)
{
    state->restart = number;
    return vdso_ends_early();
}

/* Waits until a signal has come. */
HANDLER(pause)
{
    uint32_t left = 0;
    int error = 0;

    (void)a, (void)number;
    vdso_tell_signals();
    while (!error && !left && !state->signal_pending)
        error = proc_sleep(CLIENT_SLOT_PROC, TICKS_MAX, &left);
    return error ? error : vdso_ends_early();
}

/* The mask stays during the handler that ends the wait. The handler's end restores the previous mask. */
HANDLER(rt_sigsuspend)
{
    if (a[1] != MASK_BYTES)
        return -EINVAL;
    if (vdso_is_bad(a[0], MASK_BYTES))
        return -EFAULT;
    state->mask_before = state->blocked;
    state->is_suspended = 1;
    signals_set_mask(signals_blockable(*(const uint32_t *)a[0]));
    int32_t result = vdso_pause(a, number);
    if (result != -EINTR) {
        state->is_suspended = 0;
        signals_set_mask(state->mask_before);
    }
    return result;
}

/* Waits for a signal of the set. Returns its number, -EAGAIN when the time is over, or -EINTR for another signal. */
static int32_t wait_for_one(uint32_t set, struct poll_time *time, struct siginfo_words *info)
{
    uint32_t left = 0;

    vdso_tell_signals();
    while (!take_of(set, info)) {
        uint32_t part = time->is_timed && time->ticks < TICKS_MAX ? (uint32_t)time->ticks : TICKS_MAX;
        if (left)
            return vdso_ends_early();
        if (!part)
            return -EAGAIN;
        int error = proc_signal_await(CLIENT_SLOT_PROC, part, set, &left);
        if (error)
            return error;
        if (time->is_timed)
            time->ticks -= part - left;
    }
    return (int32_t)info->signal;
}

static int32_t timed_wait(arguments_t a, enum time_format format)
{
    struct poll_time time;
    struct siginfo_words info;

    if (a[3] != MASK_BYTES)
        return -EINVAL;
    if (vdso_is_bad(a[0], MASK_BYTES) || (a[1] && vdso_is_bad(a[1], sizeof info)))
        return -EFAULT;
    int error = poll_get_time(a[2], format, &time);
    if (error)
        return error;
    int32_t signal = wait_for_one(signals_blockable(*(const uint32_t *)a[0]), &time, &info);
    if (signal > 0 && a[1])
        memcpy((void *)a[1], &info, sizeof info);
    return signal;
}

HANDLER(rt_sigtimedwait)
{
    (void)number;
    return timed_wait(a, TIME_NANOSECONDS);
}

HANDLER(rt_sigtimedwait64)
{
    (void)number;
    return timed_wait(a, TIME_64);
}
