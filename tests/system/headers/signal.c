/* <signal.h>: handlers of signals that a process sends to itself. */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile int seen, nested, order;
static sigjmp_buf back;

static void count(int signal)
{
    seen = seen * 100 + signal;
}

static bool handlers(void)
{
    seen = 0;
    return HOLDS(signal(SIGUSR1, count) == SIG_DFL) && IS(raise(SIGUSR1), 0) && IS(seen, SIGUSR1) &&
           IS(kill(getpid(), SIGUSR1), 0) && IS(seen, SIGUSR1 * 101) && HOLDS(signal(SIGUSR1, SIG_IGN) == count) &&
           IS(raise(SIGUSR1), 0) && IS(seen, SIGUSR1 * 101) && HOLDS(signal(SIGUSR1, SIG_DFL) == SIG_IGN);
}

static bool masks(void)
{
    sigset_t set, old, pending;

    seen = 0;
    signal(SIGUSR1, count), signal(SIGUSR2, count);
    sigemptyset(&set), sigaddset(&set, SIGUSR1), sigaddset(&set, SIGUSR2), sigaddset(&set, SIGKILL);
    bool good = IS(sigprocmask(SIG_BLOCK, &set, &old), 0) && IS(raise(SIGUSR2), 0) && IS(raise(SIGUSR1), 0) &&
                IS(raise(SIGUSR1), 0) && IS(seen, 0) && IS(sigprocmask(SIG_BLOCK, NULL, &pending), 0) &&
                HOLDS(sigismember(&pending, SIGUSR1) == 1) && HOLDS(sigismember(&pending, SIGKILL) == 0) &&
                IS(sigpending(&pending), 0) && HOLDS(sigismember(&pending, SIGUSR1) == 1) &&
                HOLDS(sigismember(&pending, SIGTERM) == 0) && IS(sigprocmask(SIG_SETMASK, &old, NULL), 0) &&
                IS(seen, 1210); /* the second handler begins within the first */
    signal(SIGUSR1, SIG_DFL), signal(SIGUSR2, SIG_DFL);
    return good;
}

/* A blocked signal is taken without a handler. Other signals, and the time, end the wait. */
static bool signals_are_waited_for(void)
{
    const struct timespec soon = {0, 30000000}, never = {0, 1000000000};
    sigset_t set, old;
    siginfo_t info = {0};
    int got = 0;

    sigemptyset(&set), sigaddset(&set, SIGUSR1), sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &old);
    raise(SIGUSR1);
    bool good = IS(sigwaitinfo(&set, &info), SIGUSR1) && IS(info.si_signo, SIGUSR1) && IS(info.si_pid, getpid()) &&
                FAILS(sigtimedwait(&set, &info, &soon), EAGAIN) && FAILS(sigtimedwait(&set, &info, &never), EINVAL) &&
                FAILS(sigtimedwait((sigset_t *)16, &info, &soon), EFAULT);
    if (fork() == 0)
        usleep(30000), _exit(7);
    good = IS(sigwait(&set, &got), 0) && IS(got, SIGCHLD) && IS(sigpending(&set), 0) &&
           HOLDS(!sigismember(&set, SIGCHLD)) && good;
    sigprocmask(SIG_SETMASK, &old, NULL);
    return HOLDS(wait(&got) > 0) && IS(got, 7 << 8) && good;
}

static bool others_end_the_wait(void)
{
    struct {
        long long seconds, nanoseconds;
    } long_time = {5, 0};
    sigset_t set;

    sigemptyset(&set), sigaddset(&set, SIGUSR1);
    signal(SIGALRM, count);
    ualarm(20000, 0);
    seen = 0;
    bool good = FAILS(syscall(SYS_rt_sigtimedwait_time64, &set, NULL, &long_time, 8), EINTR) && IS(seen, SIGALRM) &&
                FAILS(syscall(SYS_rt_sigtimedwait_time64, &set, NULL, &long_time, 4), EINVAL);
    signal(SIGALRM, SIG_DFL);
    return good;
}

static void inner(int signal)
{
    (void)signal;
    nested = order++;
}

static void outer(int signal, siginfo_t *info, void *context)
{
    (void)context;
    seen = info->si_signo == signal && info->si_pid == getpid() && info->si_code == SI_TKILL ? signal : 0;
    raise(SIGUSR2);
    order++;
}

static bool actions(void)
{
    struct sigaction action = {.sa_sigaction = outer, .sa_flags = SA_SIGINFO | (int)SA_RESETHAND}, was;

    seen = order = nested = 0;
    sigaddset(&action.sa_mask, SIGUSR2);
    signal(SIGUSR2, inner);
    bool good = IS(sigaction(SIGTERM, &action, NULL), 0) && IS(raise(SIGTERM), 0) && IS(nested, 1) && IS(order, 2) &&
                IS(seen, SIGTERM) && IS(sigaction(SIGTERM, NULL, &was), 0) && HOLDS(was.sa_handler == SIG_DFL) &&
                FAILS(sigaction(SIGKILL, &action, NULL), EINVAL) && FAILS(sigaction(99, &action, NULL), EINVAL);
    signal(SIGUSR2, SIG_DFL), signal(SIGUSR1, SIG_DFL);
    return good;
}

static void jump(int signal)
{
    siglongjmp(back, signal);
}

static bool jumps(void)
{
    int got = sigsetjmp(back, 1);

    if (!got) {
        signal(SIGUSR1, jump);
        raise(SIGUSR1);
    }
    if (got == SIGUSR1 && seen != -1) {
        seen = -1;
        raise(SIGUSR1); /* the mask is unchanged */
    }
    signal(SIGUSR1, SIG_DFL);
    return IS(got, SIGUSR1) && IS(seen, -1);
}

static int status_of(int signal)
{
    int status = -1;

    if (fork() == 0) {
        raise(signal);
        _exit(3);
    }
    wait(&status);
    return status;
}

static bool defaults(void)
{
    return IS(status_of(SIGTERM), SIGTERM) && IS(status_of(SIGUSR1), SIGUSR1) && IS(status_of(SIGCHLD), 3 << 8) &&
           IS(status_of(SIGSEGV), SIGSEGV);
}

const struct tap_point header_signal[] = {
    {"handlers are called", handlers},
    {"blocked signals stay pending", masks},
    {"sigaction", actions},
    {"sigwait and others", signals_are_waited_for},
    {"a wait for signals that others end", others_end_the_wait},
    {"a handler that does not return", jumps},
    {"default actions", defaults},
    {0, 0},
};
