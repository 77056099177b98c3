/* Signals that a process sends to itself: its handler is called before the call that sent it returns. */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/proc.h"

#include <string.h>

enum {
    SIGNAL_KILL = 9,
    SIGNAL_CHILD = 17,
    SIGNAL_CONTINUE = 18,
    SIGNAL_STOP = 19,
    SIGNAL_URGENT = 23,
    SIGNAL_WINDOW = 28
};
enum { DEFAULT = 0, IGNORE = 1 };
enum { MASK_BYTES = 8 }; /* of Linux's set of signals, of which we have the first 31 */
enum { NO_DEFER = 0x40000000, SIGINFO = 4 };
#define RESET 0x80000000u

/* Linux's struct sigaction of i386, and the head of its siginfo_t. */
struct sigaction_words {
    uint32_t handler, flags, restorer, mask[2];
};
struct siginfo_words {
    uint32_t signal, error, code, pid, rest[28];
};

static uint32_t bit_of(uint32_t signal)
{
    return 1u << (signal - 1);
}

static uint32_t blockable(uint32_t mask)
{
    return mask & ~(bit_of(SIGNAL_KILL) | bit_of(SIGNAL_STOP));
}

/* True if who has this handler for it does not notice it. */
static bool is_ignored(uint32_t signal, uint32_t handler)
{
    const uint32_t by_default =
        bit_of(SIGNAL_CHILD) | bit_of(SIGNAL_CONTINUE) | bit_of(SIGNAL_URGENT) | bit_of(SIGNAL_WINDOW);

    return handler == IGNORE || (handler == DEFAULT && by_default & bit_of(signal));
}

static uint32_t own_pid(void)
{
    uint32_t pid = 0, parent;

    (void)proc_getpid(CLIENT_SLOT_PROC, 0, &pid, &parent);
    return pid;
}

/* What it does to who has no handler for it: proc knows. */
static void act_by_default(uint32_t signal)
{
    (void)proc_kill(CLIENT_SLOT_PROC, 0, own_pid(), signal);
}

static void call_handler(const struct vdso_action *action, uint32_t signal)
{
    enum { FROM_TKILL = -6, CONTEXT_WORDS = 90 };
    struct siginfo_words info = {.signal = signal, .code = (uint32_t)FROM_TKILL};
    uint32_t context[CONTEXT_WORDS];

    if (!(action->flags & SIGINFO)) {
        ((void (*)(int))action->handler)((int)signal);
        return;
    }
    info.pid = own_pid();
    memset(context, 0, sizeof context);
    ((void (*)(int, void *, void *))action->handler)((int)signal, &info, context);
}

static void deliver(uint32_t signal)
{
    struct vdso_action action = state->actions[signal];
    uint32_t blocked = state->blocked;

    if (action.handler == IGNORE)
        return;
    if (action.handler == DEFAULT) {
        act_by_default(signal);
        return;
    }
    if (action.flags & RESET)
        state->actions[signal].handler = DEFAULT;
    state->blocked |= action.mask | (action.flags & NO_DEFER ? 0 : bit_of(signal));
    call_handler(&action, signal);
    state->blocked = blocked;
}

static void deliver_pending(void)
{
    uint32_t now;

    while ((now = state->pending & ~state->blocked)) {
        uint32_t signal = (uint32_t)__builtin_ctz(now) + 1;
        state->pending &= ~bit_of(signal);
        deliver(signal);
    }
}

void vdso_raise(uint32_t signal)
{
    state->pending |= bit_of(signal);
    deliver_pending();
}

/* True if proc need not hear of it when the process sends it to itself. */
static bool is_kept(uint32_t signal)
{
    return state->blocked & bit_of(signal) || state->actions[signal].handler != DEFAULT;
}

HANDLER(kill)
{
    uint32_t signal = a[1];

    (void)number;
    if (signal && signal < SIGNALS && is_kept(signal) && a[0] == own_pid()) {
        vdso_raise(signal);
        return 0;
    }
    return proc_kill(CLIENT_SLOT_PROC, 0, a[0], signal);
}

/* A process, and its only thread. */
HANDLER(tgkill)
{
    return a[0] == a[1] ? vdso_kill(a + 1, number) : -ESRCH;
}

/* One that waits is forgotten when it would be ignored now (sigaction(2)). */
static void set_action(uint32_t signal, const struct sigaction_words *new)
{
    state->actions[signal] = (struct vdso_action){new->handler, new->flags, blockable(new->mask[0])};
    if (is_ignored(signal, new->handler))
        state->pending &= ~bit_of(signal);
}

HANDLER(rt_sigaction)
{
    uint32_t signal = a[0];
    struct vdso_action was;

    (void)number;
    if (signal == 0 || signal >= 65 || a[3] != MASK_BYTES)
        return -EINVAL;
    if ((a[1] && vdso_is_bad(a[1], sizeof(struct sigaction_words))) ||
        (a[2] && vdso_is_bad(a[2], sizeof(struct sigaction_words))))
        return -EFAULT;
    if (signal >= SIGNALS || (a[1] && (signal == SIGNAL_KILL || signal == SIGNAL_STOP)))
        return -EINVAL;
    was = state->actions[signal];
    if (a[1])
        set_action(signal, (const struct sigaction_words *)a[1]);
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
        set = blockable(*(const uint32_t *)a[1]);
        state->blocked = a[0] == SET ? set : a[0] == BLOCK ? was | set : was & ~set;
    }
    if (a[2])
        memcpy((void *)a[2], (const uint32_t[]){was, 0}, MASK_BYTES);
    deliver_pending();
    return 0;
}

/* For ever: what could end it are signals, and those of others end the process. */
HANDLER(pause)
{
    enum { LONG = 0x3fffffff };
    int error = 0;

    (void)a, (void)number;
    while (!error)
        error = proc_sleep(CLIENT_SLOT_PROC, 0, LONG);
    return error;
}

HANDLER(rt_sigpending)
{
    (void)number;
    if (a[1] > MASK_BYTES)
        return -EINVAL;
    if (vdso_is_bad(a[0], a[1]))
        return -EFAULT;
    memcpy((void *)a[0], (const uint32_t[]){state->pending & state->blocked, 0}, a[1]);
    return 0;
}

/* Whether a handler is going to be called for one of those that wait. */
static bool is_caught(uint32_t signals)
{
    for (uint32_t signal = 1; signal < SIGNALS; signal++)
        if (signals & bit_of(signal) && state->actions[signal].handler > IGNORE)
            return true;
    return false;
}

HANDLER(rt_sigsuspend)
{
    uint32_t was = state->blocked;

    if (a[1] != MASK_BYTES)
        return -EINVAL;
    if (vdso_is_bad(a[0], MASK_BYTES))
        return -EFAULT;
    state->blocked = blockable(*(const uint32_t *)a[0]);
    bool caught = is_caught(state->pending & ~state->blocked);
    deliver_pending();
    int32_t result = caught ? -EINTR : vdso_pause(a, number);
    state->blocked = was;
    return result;
}
