/* Processes. */
#include "libuser/ipc/ipc.h"
#include "libuser/sys/calls.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/proc.h"

#include <string.h>

HANDLER(exit)
{
    (void)number;
    proc_exit(CLIENT_SLOT_PROC, 0, a[0]);
    __builtin_trap();
}

/* Who was interrupted on the way is not forked, and tries again. No signal waits for a child that begins. */
HANDLER(fork)
{
    uint32_t pid = 0;
    int error;

    vdso_pipes_forget();

    (void)a, (void)number;
    do
        error = proc_fork(CLIENT_SLOT_PROC, 0, &pid);
    while (error == -EINTR);
    if (!error && pid == 0)
        state->held = state->look = 0, state->has_transfer = state->gives_keys = false;
    return error ? error : (int32_t)pid;
}

HANDLER(getpid)
{
    uint32_t pid = 0, parent = 0;
    int error = proc_getpid(CLIENT_SLOT_PROC, 0, &pid, &parent);

    (void)a, (void)number;
    return error ? error : (int32_t)pid;
}

HANDLER(getppid)
{
    uint32_t pid = 0, parent = 0;
    int error = proc_getpid(CLIENT_SLOT_PROC, 0, &pid, &parent);

    (void)a, (void)number;
    return error ? error : (int32_t)parent;
}

HANDLER(sched_yield)
{
    (void)a, (void)number;
    return sys_thread_yield() == OK ? 0 : -EINVAL;
}

/* A child that has ended: what it gave to exit, or the signal that ended it. */
struct ended {
    uint32_t pid, code, signal;
};

/* No process is ever stopped: what asks for those is for nothing. */
static int wait_for(arguments_t a, struct ended *ended)
{
    enum { NO_HANG = 1, UNTRACED = 2, CONTINUED = 8 };

    if (a[2] & ~(uint32_t)(NO_HANG | UNTRACED | CONTINUED))
        return -EINVAL;
    if (a[1] && vdso_is_bad(a[1], sizeof(int)))
        return -EFAULT;
    vdso_tell_signals();
    return proc_wait(CLIENT_SLOT_PROC, 0, a[0], a[2] & NO_HANG, &ended->pid, &ended->code, &ended->signal);
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

    return error ? wait_failed(error, number) : tell_status(a[1], &ended, ended.signal ? ended.signal : (ended.code & 0xff) << 8);
}

/* The same, and what it has used, which is nothing. */
HANDLER(wait4)
{
    enum { RUSAGE_BYTES = 72 };

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

/* The strings leave in pieces of the message page's size; `total` counts all that were added. */
struct strings {
    char piece[IPC_DATA_MAX];
    uint32_t used, total;
};

static int put_piece(struct strings *s)
{
    uint32_t bytes = s->used, offset = s->total - bytes;

    s->used = 0;
    memcpy(message_page->words, s->piece, bytes);
    return proc_args_put(CLIENT_SLOT_PROC, 0, bytes, offset, bytes);
}

static int add(struct strings *s, const char *text)
{
    if (vdso_is_bad((uint32_t)text, 1))
        return -EFAULT;
    do {
        int answer = s->used == IPC_DATA_MAX ? put_piece(s) : 0;
        if (answer < 0)
            return answer;
        s->piece[s->used++] = *text;
        s->total++;
    } while (*text++);
    return 0;
}

/* Those of a list behind the first `count`; that may be null. */
static int add_list(struct strings *s, char *const *list, uint32_t *count)
{
    int answer = 0;

    if (!list)
        return 0;
    if (vdso_is_bad((uint32_t)list, sizeof *list))
        return -EFAULT;
    for (; !answer && list[*count]; ++*count)
        answer = add(s, list[*count]);
    return answer;
}

static int exec_short(const struct strings *s, uint32_t count)
{
    uint32_t ignored, blocked;

    memcpy(message_page->words, s->piece, s->used);
    return proc_exec(CLIENT_SLOT_PROC, 0, s->used, count, s->used, &ignored, &blocked);
}

/* The last piece is put once. */
static int exec_long(struct strings *s, uint32_t count)
{
    uint32_t ignored, blocked;
    int answer = s->used ? put_piece(s) : 0;

    return answer ? answer : proc_exec(CLIENT_SLOT_PROC, 0, 0, count, 0, &ignored, &blocked);
}

/* The program finds its name in place of the first argument, the environment behind the last. */
static int add_all(struct strings *s, arguments_t a, uint32_t *count)
{
    char *const *arguments = (char *const *)a[1];
    uint32_t first = 0;

    *count = 1;
    int answer = add(s, (const char *)a[0]);
    if (!answer && arguments && (vdso_is_bad(a[1], sizeof *arguments)))
        answer = -EFAULT;
    if (!answer && arguments && arguments[0])
        answer = add_list(s, arguments, count);
    return answer ? answer : add_list(s, (char *const *)a[2], &first);
}

/* Pieces that were put are of no use. */
static int32_t exec_given_up(const struct strings *s, int error)
{
    if (s->total > IPC_DATA_MAX && error != -E2BIG)
        (void)proc_args_put(CLIENT_SLOT_PROC, 0, 0, 0, 0);
    return error;
}

HANDLER(execve)
{
    struct strings s;
    uint32_t count;

    (void)number;
    s.used = s.total = 0;
    int answer = add_all(&s, a, &count);
    if (answer)
        return exec_given_up(&s, answer);
    vdso_tell_signals();
    do
        answer = s.total > IPC_DATA_MAX ? exec_long(&s, count) : exec_short(&s, count);
    while (answer == -EINTR);
    return answer;
}
