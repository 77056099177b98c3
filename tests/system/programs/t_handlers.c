/*
 * Signal handlers: their stacks, the ways to leave them, what they change.
 *
 * run: --smp 1
 * run: --smp 4
 */
#define _GNU_SOURCE
#include "tests/system/programs/child.h"
#include "tests/system/programs/signal_board.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stddef.h>
#include <sys/syscall.h>

enum { STACK_BYTES = 8192 };

static char other_stack[STACK_BYTES];

static void handle_on_stack(int signal)
{
    char here;

    (void)signal;
    board[ON_STACK] = &here >= other_stack && &here < other_stack + STACK_BYTES;
    board[CAUGHT]++;
    raise(SIGUSR2); /* within the handler */
    board[ON_STACK] += board[CAUGHT] == 2;
}

static void handle_on_same_stack(int signal, siginfo_t *info, void *context)
{
    const ucontext_t *c = context;

    (void)signal, (void)info;
    board[CAUGHT] += c->uc_stack.ss_flags == SS_ONSTACK && c->uc_stack.ss_sp == other_stack;
}

static int has_another_stack(void)
{
    struct sigaction action = {.sa_handler = handle_on_stack, .sa_flags = (int)SA_ONSTACK};
    struct sigaction second = {.sa_sigaction = handle_on_same_stack, .sa_flags = SA_SIGINFO};
    stack_t stack = {.ss_sp = other_stack, .ss_size = STACK_BYTES}, was;

    if (sigaltstack(&stack, NULL) || sigaltstack(NULL, &was) || was.ss_sp != other_stack || was.ss_flags != 0)
        return 1;
    stack.ss_size = MINSIGSTKSZ - 1;
    if (sigaltstack(&stack, NULL) != -1 || errno != ENOMEM)
        return 2;
    sigaction(SIGUSR1, &action, NULL), sigaction(SIGUSR2, &second, NULL);
    return computes();
}

static bool handlers_have_their_stack(void)
{
    signal_board_open();
    pid_t child = child_start(has_another_stack);
    flag_await(&board[READY], 1);
    bool good = IS(kill(child, SIGUSR1), 0);
    flag_await(&board[ON_STACK], 2);
    for (uint32_t i = 0; i < MANY && good; i++) {
        board[CAUGHT] = 0, board[ON_STACK] = 0;
        kill(child, SIGUSR1);
        flag_await(&board[ON_STACK], 2);
        good = IS(board[CAUGHT], 2);
    }
    return signal_board_close(IS(child_kill(child), SIGKILL) && good);
}

static sigjmp_buf back;

static void jump(int signal, siginfo_t *info, void *context)
{
    signal_record(signal, info, context);
    siglongjmp(back, signal);
}

static int jumps_out(void)
{
    struct sigaction action = {.sa_sigaction = jump, .sa_flags = SA_SIGINFO};

    sigaction(SIGUSR1, &action, NULL);
    if (sigsetjmp(back, 1) == SIGUSR1)
        sched_yield();
    return board[READY] % 2 ? sleeps() : computes();
}

static bool handlers_need_not_return(void)
{
    return signal_many(jumps_out);
}

static void change(int signal, siginfo_t *info, void *context)
{
    ucontext_t *c = context;

    (void)signal, (void)info;
    c->uc_mcontext.gregs[REG_EAX] = 1234;
    sigaddset(&c->uc_sigmask, SIGUSR2);
}

/* The program continues with what the handler has left in its context. */
static int is_changed(void)
{
    struct sigaction action = {.sa_sigaction = change, .sa_flags = SA_SIGINFO};
    sigset_t now;
    uint32_t eax;

    sigaction(SIGUSR1, &action, NULL);
    __asm__ volatile("xor %%eax, %%eax; movl $1, %1; 1: test %%eax, %%eax; jz 1b"
                     : "=&a"(eax), "=m"(board[READY])
                     :
                     : "cc");
    sigprocmask(SIG_BLOCK, NULL, &now);
    return eax == 1234 && sigismember(&now, SIGUSR2) && !sigismember(&now, SIGUSR1) ? 9 : 1;
}

static bool contexts_may_be_changed(void)
{
    return signal_when_ready(is_changed, 1, EXITED(9));
}

/* Both handlers run before the call returns, one after the other. The number is in the FPU meanwhile. */
static int keeps_a_number(void)
{
    const double before = 1234.5;
    const uint32_t none[2] = {0, 0};
    struct sigaction action = {.sa_sigaction = signal_record, .sa_flags = SA_SIGINFO};
    double after = 0;
    int result;

    sigemptyset(&action.sa_mask), sigaddset(&action.sa_mask, SIGUSR1), sigaddset(&action.sa_mask, SIGUSR2);
    sigaction(SIGUSR1, &action, NULL), sigaction(SIGUSR2, &action, NULL);
    sigprocmask(SIG_BLOCK, &action.sa_mask, NULL);
    raise(SIGUSR1), raise(SIGUSR2);
    __asm__ volatile("fldl %2; call *%%gs:16; fstpl %1"
                     : "=a"(result), "=m"(after)
                     : "m"(before), "a"(SYS_rt_sigprocmask), "b"(SIG_SETMASK), "c"(none), "d"(0), "S"(sizeof none)
                     : "memory");
    return result || board[CAUGHT] != 2 || after != before;
}

static bool the_fpu_is_kept(void)
{
    signal_board_open();
    return signal_board_close(IS(child_run(keeps_a_number), EXITED(0)));
}

static const struct tap_point points[] = {
    {"a stack for handlers", handlers_have_their_stack},
    {"handlers that jump out", handlers_need_not_return},
    {"a handler changes what it returns to", contexts_may_be_changed},
    {"the FPU, when two handlers follow each other", the_fpu_is_kept},
};

int main(void)
{
    return TAP_RUN(points);
}
