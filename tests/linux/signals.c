/* Signals of a process and of its children: masks, actions, which signals are pending and in which order they are
 * handled; how children end and are waited for; see steps.h. */
#define _GNU_SOURCE
#include "tests/linux/steps.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <time.h>

enum { CAUGHT_MAX = 64 };

/* Signals that behave the same everywhere. SIGKILL and SIGSTOP are left out: they end or stop the process. */
static const int numbers[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGILL,   SIGTRAP, SIGABRT, SIGFPE,
                              SIGUSR1, SIGSEGV, SIGUSR2, SIGPIPE,  SIGALRM, SIGTERM, SIGCHLD,
                              SIGCONT, SIGURG,  SIGXCPU, SIGWINCH, SIGIO,   SIGPWR,  SIGSYS};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

static struct {
    int number, code, value;
    uint32_t blocked;
} caught[CAUGHT_MAX];
static volatile int caught_count;

/* ------------------------------------------------------------------------------------------- sets */

static uint32_t bits_of(const sigset_t *set)
{
    uint32_t bits = 0;

    for (int i = 0; i < NUMBERS; i++)
        bits |= (uint32_t)(sigismember(set, numbers[i]) == 1) << i;
    return bits;
}

static sigset_t any_set(void)
{
    sigset_t set;
    uint32_t bits = below(1 << NUMBERS) & below(1 << NUMBERS);

    sigemptyset(&set);
    for (int i = 0; i < NUMBERS; i++)
        if (bits >> i & 1)
            sigaddset(&set, numbers[i]);
    printf(" %06x", bits_of(&set));
    return set;
}

static int any_number(void)
{
    int number = numbers[below(NUMBERS)];

    printf(" %d", number);
    return number;
}

/* ----------------------------------------------------------------------------------------- the handler */

static void on_signal(int number, siginfo_t *info, void *context)
{
    sigset_t blocked;

    (void)context;
    if (caught_count == CAUGHT_MAX)
        return;
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    caught[caught_count].number = number;
    caught[caught_count].code = info->si_code;
    caught[caught_count].value = info->si_code == SI_QUEUE ? info->si_value.sival_int : 0;
    caught[caught_count].blocked = bits_of(&blocked);
    caught_count++;
}

static void print_caught(long result)
{
    int error = errno;

    for (int i = 0; i < caught_count; i++)
        printf(" [%d code %d value %d blocked %06x]", caught[i].number, caught[i].code, caught[i].value,
               caught[i].blocked);
    caught_count = 0;
    errno = error;
    print_result(result);
}

static bool is_caught(int number)
{
    struct sigaction action;

    sigaction(number, NULL, &action);
    return action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
}

static bool is_harmless(int number)
{
    return number == SIGCHLD || number == SIGCONT || number == SIGURG || number == SIGWINCH;
}

static int waiting_count(void)
{
    sigset_t waiting;

    sigpending(&waiting);
    return __builtin_popcount(bits_of(&waiting));
}

/* Whether the process survives the signal. */
static bool is_survived(int number)
{
    struct sigaction action;

    sigaction(number, NULL, &action);
    return action.sa_handler != SIG_DFL || is_harmless(number);
}

/* Removes pending signals that are not caught. Whether one of them remains pending when another comes depends on their
 * order. */
static void discard_uncaught(void)
{
    const struct timespec now = {0};
    sigset_t uncaught;

    sigemptyset(&uncaught);
    for (int i = 0; i < NUMBERS; i++)
        if (!is_caught(numbers[i]))
            sigaddset(&uncaught, numbers[i]);
    while (sigtimedwait(&uncaught, NULL, &now) > 0)
        ;
}

/* ------------------------------------------------------------------------------------------- steps */

static void change_mask(void)
{
    int how = (int)below(3);
    sigset_t set = any_set(), before;

    sigemptyset(&before);
    printf(" how %d", how);
    discard_uncaught();
    int result = sigprocmask(how == 0 ? SIG_BLOCK : how == 1 ? SIG_UNBLOCK : SIG_SETMASK, &set, &before);
    printf(" before %06x", bits_of(&before));
    print_caught(result);
}

/* Does not set the default action for a pending signal, as that might end the process. */
static void change_action(void)
{
    static const int flags[] = {0, SA_NODEFER, SA_RESETHAND, SA_RESTART, SA_NODEFER | SA_RESETHAND};
    int number = any_number(), which = (int)below(8), flag = flags[below(5)];
    struct sigaction action = {.sa_flags = SA_SIGINFO | flag}, before = {0};
    sigset_t waiting;

    action.sa_mask = any_set();
    sigpending(&waiting);
    if (which == 0 && !sigismember(&waiting, number))
        action.sa_handler = SIG_DFL, action.sa_flags = flag;
    else if (which <= 2)
        action.sa_handler = SIG_IGN, action.sa_flags = flag;
    else
        action.sa_sigaction = on_signal;
    printf(" which %d flags %x", which, (unsigned)flag);
    int result = sigaction(number, &action, &before);
    const char *was = before.sa_handler == SIG_DFL ? "default" : before.sa_handler == SIG_IGN ? "ignored" : "caught";
    printf(" was %s mask %06x flags %x", was, bits_of(&before.sa_mask),
           (unsigned)before.sa_flags & (SA_NODEFER | SA_RESETHAND | SA_RESTART));
    print_caught(result);
}

static void send(void)
{
    bool how = below(2);
    int number = any_number();

    printf(" how %d", how);
    if (!is_survived(number) ||
        waiting_count() > 2) /* beyond four pending signals their senders are not recorded here */
        print_result(0);
    else if (how)
        print_caught(kill(getpid(), number));
    else
        print_caught(sigqueue(getpid(), number, (union sigval){(int)below(100)}));
}

static void look_at_waiting(void)
{
    sigset_t waiting;
    int result = sigpending(&waiting);

    printf(" %06x", bits_of(&waiting));
    print_result(result);
}

/* Only if a pending signal is caught and unblocked by the new mask. */
static void suspend(void)
{
    sigset_t set = any_set(), waiting;
    bool ends = false;

    discard_uncaught();
    sigpending(&waiting);
    for (int i = 0; i < NUMBERS; i++)
        ends |= sigismember(&waiting, numbers[i]) && !sigismember(&set, numbers[i]) && is_caught(numbers[i]);
    if (ends)
        print_caught(sigsuspend(&set));
    else
        print_result(0);
}

static void take(void)
{
    const struct timespec now = {0};
    sigset_t set = any_set();
    siginfo_t info = {0};
    int number = sigtimedwait(&set, &info, &now), error = errno;

    if (number > 0)
        printf(" code %d value %d", info.si_code, info.si_code == SI_QUEUE ? info.si_value.sival_int : 0);
    errno = error;
    print_caught(number);
}

static void send_wrongly(void)
{
    static const int wrong[] = {-1, 0, 65, 1000};
    uint32_t which = below(4);

    printf(" %u", which);
    if (below(2))
        print_caught(kill(getpid(), wrong[which]));
    else
        print_caught(kill(0x3fffffff, (int)(which == 1 ? 0 : SIGUSR1)));
}

static void end_child(int how, int number)
{
    sigset_t none;

    sigemptyset(&none);
    if (how == 0)
        _exit(number * 7);
    signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    raise(number);
    _exit(3);
}

/* How the child ended, as its parent sees it. Systems differ in whether it leaves a core. */
static void print_end(int result, int status)
{
    if (result > 0)
        printf(" status 0x%x", (unsigned)status & ~0x80u);
    print_caught(result > 0 ? 0 : result);
}

static void wait_for_child(void)
{
    int how = (int)below(2), number = any_number(), status = 0, options = below(4) ? 0 : WNOHANG;
    pid_t child = fork();

    if (child == 0)
        end_child(how, number);
    printf(" how %d", how);
    print_end(waitpid(below(2) ? child : -1, &status, 0), status);
    printf("  again");
    print_end(waitpid(child, &status, options), status);
}

static void wait_to_be_killed(void)
{
    sigset_t none;

    sigemptyset(&none);
    for (int i = 0; i < NUMBERS; i++)
        signal(numbers[i], SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (;;)
        pause();
}

/* The child handles no signal before it waits for one. */
static void kill_child(void)
{
    int number = any_number(), status = 0;
    sigset_t all, before;

    sigfillset(&all);
    sigdelset(&all, SIGPROF); /* otherwise all of them would be reported later: docs/linux-calls.md */
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    if (child == 0)
        wait_to_be_killed();
    kill(child, is_harmless(number) ? SIGKILL : number);
    sigprocmask(SIG_SETMASK, &before, NULL);
    print_end(waitpid(child, &status, 0), status);
}

/* What a child begins with: no pending signal, and its parent's mask. */
static void look_as_child(void)
{
    int status = 0, both[2];
    sigset_t found[2];

    if (pipe(both))
        exit(4);
    pid_t child = fork();
    if (child == 0) {
        sigpending(&found[0]);
        sigprocmask(SIG_SETMASK, NULL, &found[1]);
        _exit(write(both[1], found, sizeof found) != sizeof found);
    }
    if (read(both[0], found, sizeof found) == sizeof found)
        printf(" waiting %06x blocked %06x", bits_of(&found[0]), bits_of(&found[1]));
    close(both[0]);
    close(both[1]);
    print_end(waitpid(child, &status, 0), status);
}

static void groups(void)
{
    int which = (int)below(4), status = 0;
    pid_t child = fork();

    if (child == 0) {
        int result = which == 0   ? setpgid(0, 0)
                     : which == 1 ? setpgid(0, 0x3fffffff)
                     : which == 2 ? setsid()
                                  : setpgid(getppid(), getppid());
        int error = result < 0 ? errno : 0;
        _exit(error ? error : 100 + (getpgrp() == getpid()) + 2 * (getsid(0) == getpid()));
    }
    printf(" %d", which);
    print_end(waitpid(child, &status, 0), status);
}

static const struct step steps[] = {
    {4, "mask", change_mask},          {4, "action", change_action}, {6, "send", send},
    {1, "waiting", look_at_waiting},   {2, "suspend", suspend},      {2, "take", take},
    {1, "send wrongly", send_wrongly}, {1, "wait", wait_for_child},  {1, "kill", kill_child},
    {1, "child", look_as_child},       {1, "groups", groups},        {0, NULL, NULL},
};

int main(int argc, char **argv)
{
    for (int i = 0; i < NUMBERS; i++) {
        const struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
        sigaction(numbers[i], &action, NULL);
    }
    steps_begin();
    return steps_take(argc, argv, steps);
}
