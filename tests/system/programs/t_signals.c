/*
 * Signals from other processes: where they interrupt, and that each arrives.
 *
 * run: --smp 1
 * run: --smp 4
 */
#include "tests/system/programs/child.h"
#include "tests/system/programs/signal_board.h"
#include "tests/system/programs/tap.h"

#include "libuser/mem/shm.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { OTHER_BOARD = -42 };

/* ---------------------------------------------------------------------------- who runs */

static int calls_proc(void)
{
    pid_t self = getpid();

    board[READY] = 1;
    while (getpid() == self)
        ;
    return 1;
}

/* A call that the program makes itself: its reply comes in registers. */
static int calls_mem(void)
{
    char *page;

    board[READY] = 1;
    while (shm_open(OTHER_BOARD, &page) == 0 && page && shm_close(OTHER_BOARD) == 0)
        ;
    return 1;
}

static int calls_libraries(void)
{
    board[READY] = 1;
    for (void *p;; free(p)) {
        p = malloc(200000);
        if (!p)
            return 1;
        memset(p, 1, 5000);
    }
}

static int nothing(void)
{
    return 3;
}

static int forks(void)
{
    board[READY] = 1;
    signal(SIGCHLD, SIG_DFL);
    for (int status; board[CAUGHT] < MANY;) {
        pid_t child = fork();
        if (child == 0)
            _exit(nothing());
        if (child < 0)
            return 1;
        while (waitpid(child, &status, 0) < 0)
            if (errno != EINTR)
                return 2;
        if (status != EXITED(3))
            return 4;
    }
    board[READY] = 2; /* none of its children is left */
    for (;;)
        pause();
}

static int yields(void)
{
    board[READY] = 1;
    for (;;)
        sched_yield();
}

static bool one_that_computes(void)
{
    return signal_many(computes);
}
static bool one_that_calls_proc(void)
{
    return signal_many(calls_proc);
}
static bool one_that_calls_mem(void)
{
    return signal_many(calls_mem);
}
static bool one_that_calls_the_library(void)
{
    return signal_many(calls_libraries);
}
static bool one_that_forks(void)
{
    return signal_many_until(forks, 2);
}
static bool one_that_yields(void)
{
    return signal_many(yields);
}
static bool one_that_sleeps(void)
{
    return signal_many(sleeps);
}

/* ---------------------------------------------------------------------------- who waits */

static int ends_sleep(void)
{
    struct timespec long_time = {100, 0}, left = {0, 0};

    board[READY] = 1;
    if (nanosleep(&long_time, &left) != -1 || errno != EINTR || left.tv_sec < 90 || left.tv_sec > 99)
        return 1;
    if (board[CAUGHT] != 1) /* before the call returns */
        return 2;
    board[READY] = 2;
    unsigned rest = sleep(100);
    if (rest < 90 || rest > 99)
        return 3;
    clock_gettime(CLOCK_MONOTONIC, &long_time);
    long_time.tv_sec += 100;
    left.tv_sec = 7;
    board[READY] = 3;
    if (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &long_time, &left) != EINTR || left.tv_sec != 7)
        return 4;
    board[READY] = 4;
    return pause() == -1 && errno == EINTR ? 9 : 5;
}

static bool sleep_ends(void)
{
    return signal_when_ready(ends_sleep, 4, EXITED(9));
}

static int sleeps_a_little(void)
{
    usleep(60000);
    return 6;
}

/* wait: ends with EINTR, or continues if the handler allows that. */
static int ends_wait(void)
{
    int status = 0;
    pid_t child = child_start(sleeps_a_little);

    board[READY] = 1;
    if (wait(&status) != -1 || errno != EINTR || board[CAUGHT] != 1 || waitpid(child, &status, 0) != child)
        return 1;
    signal_catch(SIGUSR1, SA_RESTART);
    child = child_start(sleeps_a_little);
    board[READY] = 2;
    return wait(&status) == child && status == EXITED(6) && board[CAUGHT] == 2 ? 9 : 2;
}

static bool wait_ends(void)
{
    return signal_when_ready(ends_wait, 2, EXITED(9));
}

/* sigsuspend lets a blocked signal through; then it is blocked again. */
static int suspends(void)
{
    sigset_t none, one, was;

    sigemptyset(&none), sigemptyset(&one), sigaddset(&one, SIGUSR1);
    sigprocmask(SIG_BLOCK, &one, NULL);
    board[READY] = 1;
    for (uint32_t i = 1; i <= 3; i++) {
        if (sigsuspend(&none) != -1 || errno != EINTR || board[CAUGHT] != i)
            return 1;
        sigprocmask(SIG_BLOCK, NULL, &was);
        if (!sigismember(&was, SIGUSR1))
            return 2;
        board[READY] = i + 1;
    }
    return 9;
}

static bool suspension_ends(void)
{
    return signal_when_ready(suspends, 3, EXITED(9));
}

/* ---------------------------------------------------------------------------- who reads or writes a pipe */

enum { BLOCK = 20000, RING = 8192, USES = 8, RESTARTS = 5 };
enum { MADE_AGAIN = 8, ENDED = 9 };

static char block[BLOCK];
static int ends[2], flags;
static uint32_t uses; /* of the pipe before it waits: after some its ring is mapped */

/* Returns the status for the result of the last read or write. */
static int tell(ssize_t result, ssize_t whole)
{
    if (result == whole)
        return MADE_AGAIN;
    return result == -1 && errno == EINTR && board[CAUGHT] ? ENDED : 1;
}

static int reads_pipe(void)
{
    close(ends[1]);
    signal_catch(SIGUSR1, flags);
    flag_await(&board[READY], 1);
    for (uint32_t i = 0; i < uses; i++)
        if (read(ends[0], block, 1) != 1)
            return 2;
    board[READY] = 2;
    return tell(read(ends[0], block, 1), 1);
}

static int begin_writes(void)
{
    close(ends[0]);
    signal_catch(SIGUSR1, flags);
    flag_await(&board[READY], 1);
    for (uint32_t i = 0; i < uses; i++)
        if (write(ends[1], block, 1) != 1)
            return 2;
    return 0;
}

static int writes_pipe(void)
{
    if (begin_writes())
        return 2;
    for (uint32_t i = uses; i < RING; i++)
        if (write(ends[1], block, 1) != 1)
            return 3;
    board[READY] = 2;
    return tell(write(ends[1], block, 1), 1);
}

/* There is room for some bytes: their number is the result, whatever the handler allows. */
static int writes_more_than_fits(void)
{
    if (begin_writes())
        return 2;
    board[READY] = 2;
    ssize_t some = write(ends[1], block, BLOCK);
    return some > 0 && some <= RING && board[CAUGHT] ? ENDED : 1;
}

/* The awaited bytes come after some signals, if the signals alone are not to end the call. */
static bool ends_with(int (*piece)(void), bool writes, int expected)
{
    uint32_t most = expected == ENDED ? MANY : RESTARTS;
    int status = -1;
    pid_t ended = 0;

    signal_board_open();
    bool good = IS(pipe(ends), 0);
    pid_t child = child_start(piece);
    good = IS(close(ends[writes]), 0) && (writes || IS(write(ends[1], block, uses), uses)) && good;
    board[READY] = 1;
    flag_await(&board[READY], 2);
    while (board[CAUGHT] < most && (ended = waitpid(child, &status, WNOHANG)) == 0) {
        kill(child, SIGUSR1);
        usleep(10000);
    }
    if (expected == MADE_AGAIN)
        good = HOLDS((writes ? read(ends[0], block, RING) : write(ends[1], block, 1)) > 0) && good;
    if (!ended)
        status = expected == ENDED ? child_kill(child) : child_end(child);
    return signal_board_close(IS(status, EXITED(expected)) && IS(close(ends[!writes]), 0) && good);
}

/* By messages, and with the ring. */
static bool both_end_with(int (*piece)(void), bool writes, int handler_flags, int expected)
{
    flags = handler_flags;
    uses = 0;
    bool good = ends_with(piece, writes, expected);
    uses = USES;
    return ends_with(piece, writes, expected) && good;
}

static bool pipe_reads_end(void)
{
    return both_end_with(reads_pipe, false, 0, ENDED);
}
static bool pipe_reads_go_on(void)
{
    return both_end_with(reads_pipe, false, SA_RESTART, MADE_AGAIN);
}
static bool pipe_writes_end(void)
{
    return both_end_with(writes_pipe, true, 0, ENDED);
}
static bool pipe_writes_go_on(void)
{
    return both_end_with(writes_pipe, true, SA_RESTART, MADE_AGAIN);
}
static bool pipe_writes_end_in_between(void)
{
    return both_end_with(writes_more_than_fits, true, 0, ENDED) &&
           both_end_with(writes_more_than_fits, true, SA_RESTART, ENDED);
}

/* All of a file's bytes are read and written, whatever signals come meanwhile. */
static int uses_file(void)
{
    const struct itimerval often = {{0, 10000}, {0, 10000}};
    int fd = open("/t_signals.file", O_RDWR | O_CREAT | O_TRUNC, 0600);
    bool good = fd >= 0;

    signal_catch(SIGALRM, 0);
    setitimer(ITIMER_REAL, &often, NULL);
    while (good && board[CAUGHT] < MANY)
        good = lseek(fd, 0, SEEK_SET) == 0 && write(fd, block, BLOCK) == BLOCK && lseek(fd, 0, SEEK_SET) == 0 &&
               read(fd, block, BLOCK) == BLOCK;
    return unlink("/t_signals.file") == 0 && good ? ENDED : 1;
}

static bool files_are_not_interrupted(void)
{
    signal_board_open();
    return signal_board_close(IS(child_run(uses_file), EXITED(ENDED)));
}

/* ---------------------------------------------------------------------------- what is said of them */

static int blocks(void)
{
    sigset_t some, waiting;

    sigemptyset(&some), sigaddset(&some, SIGUSR1), sigaddset(&some, SIGTERM);
    sigprocmask(SIG_BLOCK, &some, NULL);
    board[READY] = 1;
    flag_await(&board[READY], 2);
    sigpending(&waiting);
    if (board[CAUGHT] || !sigismember(&waiting, SIGUSR1) || !sigismember(&waiting, SIGTERM) ||
        sigismember(&waiting, SIGINT))
        return 1;
    sigemptyset(&some), sigaddset(&some, SIGUSR1);
    sigprocmask(SIG_UNBLOCK, &some, NULL);
    if (board[CAUGHT] != 1) /* many pending ones are one */
        return 2;
    sigemptyset(&some);
    sigprocmask(SIG_SETMASK, &some, NULL);
    return 3; /* SIGTERM has ended it */
}

static bool blocked_ones_wait(void)
{
    signal_board_open();
    pid_t child = child_start(blocks);
    flag_await(&board[READY], 1);
    bool good = IS(kill(child, SIGUSR1), 0) && IS(kill(child, SIGTERM), 0) && IS(kill(child, SIGUSR1), 0);
    board[READY] = 2;
    return signal_board_close(IS(child_end(child), SIGTERM) && IS(board[CAUGHT], 1) && good);
}

static int ignores(void)
{
    signal(SIGTERM, SIG_IGN), signal(SIGTSTP, SIG_IGN);
    board[READY] = 1;
    flag_await(&board[READY], 2);
    signal(SIGTERM, SIG_DFL);
    board[READY] = 3;
    for (;;)
        sched_yield();
}

static bool ignored_ones_do_nothing(void)
{
    signal_board_open();
    pid_t child = child_start(ignores);
    flag_await(&board[READY], 1);
    bool good = IS(kill(child, SIGTERM), 0) && IS(kill(child, SIGCHLD), 0) && IS(kill(child, SIGWINCH), 0) &&
                IS(kill(child, SIGTSTP), 0) && FAILS(kill(child, SIGSTOP), EINVAL) &&
                FAILS(kill(child, SIGTTIN), EINVAL);
    board[READY] = 2;
    flag_await(&board[READY], 3);
    good = IS(kill(child, SIGTERM), 0) && good;
    return signal_board_close(IS(child_end(child), SIGTERM) && good);
}

/* SIGKILL ends the child without a handler. */
static bool a_kill_is_not_caught(void)
{
    signal_board_open();
    pid_t child = child_start(computes);
    flag_await(&board[READY], 1);
    return signal_board_close(IS(kill(child, SIGKILL), 0) && IS(child_end(child), SIGKILL) && IS(board[CAUGHT], 0));
}

/* A value comes with a signal. The sender cannot claim that the signal comes from elsewhere. */
static bool values_are_queued(void)
{
    signal_board_open();
    bool good = IS(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 4711}), 0) && IS(board[CAUGHT], 1) &&
                IS(board[CODE], SI_QUEUE) && IS(board[VALUE], 4711) && IS(board[SENDER], getpid());
    good = FAILS(sigqueue(1 << 20, 0, (union sigval){0}), ESRCH) &&
           FAILS(sigqueue(getpid(), 65, (union sigval){0}), EINVAL) && good;
    good = FAILS(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &(siginfo_t){.si_code = SI_USER}), EPERM) &&
           FAILS(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, 1), EFAULT) && good;
    return signal_board_close(IS(board[CAUGHT], 1) && good);
}

/* The parent's handler is called for each child, wherever the parent is. */
static bool ends_of_children_are_caught(void)
{
    signal_board_open();
    signal_catch(SIGCHLD, 0);
    pid_t child = child_start(nothing);
    while (board[CAUGHT] < 1)
        sched_yield();
    bool good = IS(board[SENDER], child) && IS(board[CODE], CLD_EXITED) && IS(board[VALUE], 3) &&
                IS(child_end(child), EXITED(3));
    child = child_start(computes);
    flag_await(&board[READY], 1);
    kill(child, SIGKILL);
    good = IS(child_end(child), SIGKILL) && IS(board[CAUGHT], 2) && IS(board[CODE], CLD_KILLED) &&
           IS(board[VALUE], SIGKILL) && good;
    signal(SIGCHLD, SIG_DFL);
    return signal_board_close(IS(child_run(nothing), EXITED(3)) && IS(board[CAUGHT], 2) && good);
}

/* ---------------------------------------------------------------------------- exec */

static int executes(void)
{
    sigset_t some;

    sigemptyset(&some), sigaddset(&some, SIGUSR1), sigaddset(&some, SIGINT);
    sigprocmask(SIG_BLOCK, &some, NULL);
    signal(SIGTERM, SIG_IGN);
    raise(SIGINT);
    child_exec("/tests/t_signals", "after");
}

/* Ignored signals stay ignored, blocked ones stay blocked and pending; caught ones are no longer caught. */
static int look_after_exec(void)
{
    sigset_t now, waiting;
    struct sigaction term, user;

    sigprocmask(SIG_BLOCK, NULL, &now);
    sigpending(&waiting);
    sigaction(SIGTERM, NULL, &term), sigaction(SIGUSR1, NULL, &user);
    raise(SIGTERM);
    bool good = sigismember(&now, SIGUSR1) && sigismember(&now, SIGINT) && !sigismember(&now, SIGTERM) &&
                sigismember(&waiting, SIGINT) && term.sa_handler == SIG_IGN && user.sa_handler == SIG_DFL;
    return good ? 9 : 1;
}

static bool exec_keeps_some(void)
{
    signal_board_open();
    return signal_board_close(IS(child_run(executes), EXITED(9)));
}

/* A shell waits for its children even if the program before it ignored them. */
static int executes_shell(void)
{
    signal(SIGCHLD, SIG_IGN);
    execl("/bin/sh", "sh", "-c", "/bin/true || exit 3; /bin/true & wait; exit 5", (char *)NULL);
    return 126;
}

static bool shell_waits(void)
{
    return IS(child_run(executes_shell), EXITED(5));
}

static const struct tap_point points[] = {
    {"a process that computes handles each, and is otherwise unaffected", one_that_computes},
    {"a process that calls proc", one_that_calls_proc},
    {"a process that calls mem itself", one_that_calls_mem},
    {"a process that calls the library", one_that_calls_the_library},
    {"a process that forks and waits", one_that_forks},
    {"a process that yields", one_that_yields},
    {"a process that sleeps", one_that_sleeps},
    {"a sleep and a pause end, with what is left", sleep_ends},
    {"a wait ends, or continues", wait_ends},
    {"sigsuspend", suspension_ends},
    {"a read of a pipe ends", pipe_reads_end},
    {"a read of a pipe continues", pipe_reads_go_on},
    {"a write to a pipe ends", pipe_writes_end},
    {"a write to a pipe continues", pipe_writes_go_on},
    {"a write to a pipe ends in between", pipe_writes_end_in_between},
    {"reads and writes of files are whole", files_are_not_interrupted},
    {"blocked signals stay pending", blocked_ones_wait},
    {"ignored signals have no effect", ignored_ones_do_nothing},
    {"SIGKILL cannot be caught", a_kill_is_not_caught},
    {"sigqueue()", values_are_queued},
    {"SIGCHLD", ends_of_children_are_caught},
    {"exec keeps what is ignored and blocked", exec_keeps_some},
    {"a shell waits for children that the program before it ignored", shell_waits},
};

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "after") == 0)
        return look_after_exec();
    return TAP_RUN(points);
}
