/* Processes. */
#include "libuser/ipc/ipc.h"
#include "libuser/sys/calls.h"
#include "libuser/vdso/signals.h"
#include "servers/proto/proc.h"

#include <string.h>

HANDLER(exit)
{
    (void)number;
    proc_exit(CLIENT_SLOT_PROC, a[0]);
    __builtin_trap();
}

/* A fork that a signal interrupts has not happened, and is tried again. No signal is pending for a new child. */
HANDLER(fork)
{
    uint32_t pid = 0;
    int error;

    (void)a, (void)number;
    vdso_pipes_forget();
    (void)vdso_give_ahead(0, USER_END);
    do
        error = proc_fork(CLIENT_SLOT_PROC, &pid);
    while (error == -EINTR);
    if (!error && pid == 0)
        state->blocked_pending = state->signal_pending = 0, state->has_transfer = state->gives_keys = false;
    return error ? error : (int32_t)pid;
}

HANDLER(getpid)
{
    uint32_t pid = 0, parent = 0;
    int error = proc_getpid(CLIENT_SLOT_PROC, &pid, &parent);

    (void)a, (void)number;
    return error ? error : (int32_t)pid;
}

HANDLER(getppid)
{
    uint32_t pid = 0, parent = 0;
    int error = proc_getpid(CLIENT_SLOT_PROC, &pid, &parent);

    (void)a, (void)number;
    return error ? error : (int32_t)parent;
}

HANDLER(sched_yield)
{
    (void)a, (void)number;
    return sys_thread_yield() == OK ? 0 : -EINVAL;
}

/* ------------------------------------------------------------------------------------ groups */

HANDLER(getpgid)
{
    enum { GETPGRP = 65 };
    uint32_t group = 0, session;
    int error = proc_group(CLIENT_SLOT_PROC, number == GETPGRP ? 0 : a[0], &group, &session);

    return error ? error : (int32_t)group;
}

HANDLER(getsid)
{
    uint32_t group, session = 0;
    int error = proc_group(CLIENT_SLOT_PROC, a[0], &group, &session);

    (void)number;
    return error ? error : (int32_t)session;
}

HANDLER(setpgid)
{
    (void)number;
    return proc_set_group(CLIENT_SLOT_PROC, a[0], a[1]);
}

HANDLER(setsid)
{
    uint32_t pid = 0;
    int error = proc_begin_session(CLIENT_SLOT_PROC, &pid);

    (void)a, (void)number;
    return error ? error : (int32_t)pid;
}

/* ------------------------------------------------------------------------------------ waiting */

/* A child that has ended, with the argument of its exit or the signal that ended it. */
struct ended {
    uint32_t pid, code, signal;
};

enum { NO_HANG = 1, UNTRACED = 2, EXITED = 4, CONTINUED = 8, NO_WAIT = 0x1000000 };

/* No process is ever stopped, so UNTRACED and CONTINUED have no effect. */
static int wait_for(arguments_t a, struct ended *ended)
{
    if (a[2] & ~(uint32_t)(NO_HANG | UNTRACED | CONTINUED))
        return -EINVAL;
    if (a[1] && vdso_is_bad(a[1], sizeof(int)))
        return -EFAULT;
    vdso_tell_signals();
    return proc_wait(CLIENT_SLOT_PROC, a[0], a[2] & NO_HANG, &ended->pid, &ended->code, &ended->signal);
}

static int32_t wait_failed(int error, uint32_t number)
{
    return error == -EINTR ? vdso_may_restart(number) : error;
}

static int32_t tell_status(uint32_t at, const struct ended *ended, uint32_t status)
{
    if (ended->pid && at)
        *(uint32_t *)at = status;
    return (int32_t)ended->pid;
}

HANDLER(waitpid)
{
    struct ended ended = {0, 0, 0};
    int error = wait_for(a, &ended);

    return error ? wait_failed(error, number)
                 : tell_status(a[1], &ended, ended.signal ? ended.signal : (ended.code & 0xff) << 8);
}

/* Linux's siginfo_t of a child's end. */
static void tell_info(uint32_t at, const struct ended *ended)
{
    enum { STATUS = 1 };
    struct siginfo_words info = {0};

    if (ended->pid)
        info = (struct siginfo_words){
            .signal = SIGNAL_CHLD, .code = ended->signal ? CODE_CHILD_KILLED : CODE_CHILD_EXITED, .sender = ended->pid};
    info.rest[STATUS] = ended->signal ? ended->signal : ended->code & 0xff;
    memcpy((void *)at, &info, sizeof info);
}

/* Converts waitid's choice of children to that of proc's call. Group 0 is the caller's. */
static bool named_children(uint32_t type, uint32_t id, uint32_t *child, uint32_t *options)
{
    enum { ALL, PID, GROUP, ANY = -1 };

    *child = type == ALL ? (uint32_t)ANY : id;
    if (type == GROUP && id)
        *options |= WAIT_GROUP;
    return type == ALL || (type == PID && (int32_t)id > 0) || (type == GROUP && (int32_t)id >= 0);
}

enum { RUSAGE_BYTES = 72 };

HANDLER(waitid)
{
    struct ended ended = {0, 0, 0};
    uint32_t child, options = a[3], ours = (options & NO_HANG ? WAIT_NO_HANG : 0) | (options & NO_WAIT ? WAIT_PEEK : 0);

    if (options & ~(uint32_t)(NO_HANG | UNTRACED | EXITED | CONTINUED | NO_WAIT) || !(options & EXITED) ||
        !named_children(a[0], a[1], &child, &ours))
        return -EINVAL;
    if ((a[2] && vdso_is_bad(a[2], sizeof(struct siginfo_words))) || (a[4] && vdso_is_bad(a[4], RUSAGE_BYTES)))
        return -EFAULT;
    vdso_tell_signals();
    int error = proc_wait(CLIENT_SLOT_PROC, child, ours, &ended.pid, &ended.code, &ended.signal);
    if (error)
        return wait_failed(error, number);
    if (a[2])
        tell_info(a[2], &ended);
    if (a[4] && ended.pid)
        memset((void *)a[4], 0, RUSAGE_BYTES);
    return 0;
}

/* The time is all time since the process began. Everything else, and everything about children, is 0. */
HANDLER(getrusage)
{
    enum { CHILDREN = -1, SELF = 0, THREAD = 1 };
    int32_t who = (int32_t)a[0];
    uint32_t ticks = who == CHILDREN ? 0 : vdso_ticks() - state->began, *usage = (uint32_t *)a[1];

    (void)number;
    if (who < CHILDREN || who > THREAD)
        return -EINVAL;
    if (vdso_is_bad(a[1], RUSAGE_BYTES))
        return -EFAULT;
    memset(usage, 0, RUSAGE_BYTES);
    usage[0] = ticks / TICKS_PER_SECOND;
    usage[1] = ticks % TICKS_PER_SECOND * (1000000 / TICKS_PER_SECOND);
    return 0;
}

/* waitpid with the child's usage, which is all 0. */
HANDLER(wait4)
{
    if (a[3] && vdso_is_bad(a[3], RUSAGE_BYTES))
        return -EFAULT;
    int32_t pid = vdso_waitpid(a, number);
    if (pid > 0 && a[3])
        memset((void *)a[3], 0, RUSAGE_BYTES);
    return pid;
}

HANDLER(wait_status)
{
    struct ended ended = {0, 0, 0};
    int error = wait_for(a, &ended);

    return error ? wait_failed(error, number) : tell_status(a[1], &ended, ended.signal ? UINT32_MAX : ended.code);
}
