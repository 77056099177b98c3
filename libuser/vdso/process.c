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

/* No signal waits for a child that begins. */
HANDLER(fork)
{
    uint32_t pid = 0;
    int error = proc_fork(CLIENT_SLOT_PROC, 0, &pid);

    (void)a, (void)number;
    if (!error && pid == 0)
        state->pending = 0;
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

/* waitpid has no rusage, which is none there. No process is ever stopped: what asks for those is for nothing. */
HANDLER(wait4)
{
    enum { NO_HANG = 1, UNTRACED = 2, CONTINUED = 8, WAIT4 = 114, RUSAGE_BYTES = 72 };
    uint32_t pid = 0, code = 0, signal = 0, options = a[2], rusage = number == WAIT4 ? a[3] : 0;

    if (options & ~(uint32_t)(NO_HANG | UNTRACED | CONTINUED))
        return -EINVAL;
    if ((a[1] && vdso_is_bad(a[1], sizeof(int))) || (rusage && vdso_is_bad(rusage, RUSAGE_BYTES)))
        return -EFAULT;
    int error = proc_wait(CLIENT_SLOT_PROC, 0, a[0], options & NO_HANG, &pid, &code, &signal);
    if (error)
        return error;
    if (pid && a[1])
        *(uint32_t *)a[1] = signal ? signal : (code & 0xff) << 8;
    if (pid && rusage)
        memset((void *)rusage, 0, RUSAGE_BYTES);
    return (int32_t)pid;
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

/* The program finds its name in place of the first argument, the environment behind the last. */
HANDLER(execve)
{
    char *const *arguments = (char *const *)a[1];
    struct strings s;
    uint32_t count = 1, first = 0;

    (void)number;
    s.used = s.total = 0;
    int answer = add(&s, (const char *)a[0]);
    if (!answer && arguments && (vdso_is_bad(a[1], sizeof *arguments)))
        answer = -EFAULT;
    if (!answer && arguments && arguments[0])
        answer = add_list(&s, arguments, &count);
    if (!answer)
        answer = add_list(&s, (char *const *)a[2], &first);
    if (answer)
        return answer;
    if (s.total > IPC_DATA_MAX) {
        answer = put_piece(&s);
        return answer ? answer : proc_exec(CLIENT_SLOT_PROC, 0, 0, count, 0);
    }
    memcpy(message_page->words, s.piece, s.used);
    return proc_exec(CLIENT_SLOT_PROC, 0, s.used, count, s.used);
}
