/* Signals sent to a child process, whose handler records them. */
#include "tests/system/programs/signal_board.h"

#include "libuser/mem/shm.h"
#include "tests/system/programs/board.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BOARD = -41 };

volatile uint32_t *board;

void signal_record(int signal, siginfo_t *info, void *context)
{
    (void)context;
    board[SENDER] = (uint32_t)info->si_pid;
    board[CODE] = (uint32_t)info->si_code;
    board[VALUE] = (uint32_t)info->si_status; /* si_value is in the same word */
    board[CAUGHT] += info->si_signo == signal;
}

void signal_catch(int signal, int flags)
{
    struct sigaction action = {.sa_sigaction = signal_record, .sa_flags = SA_SIGINFO | flags};

    sigaction(signal, &action, NULL);
}

void signal_board_open(void)
{
    board = board_open(BOARD);
    signal_catch(SIGUSR1, 0); /* inherited by children */
}

bool signal_board_close(bool good)
{
    signal(SIGUSR1, SIG_DFL);
    return IS(shm_close(BOARD), 0) && good;
}

static bool is_caught(pid_t child, int signal, uint32_t count)
{
    bool good = IS(kill(child, signal), 0);

    while (good && board[CAUGHT] < count && waitpid(child, NULL, WNOHANG) == 0)
        sched_yield();
    return good && IS(board[CAUGHT], count);
}

bool signal_many_until(int (*piece)(void), uint32_t ready)
{
    signal_board_open();
    pid_t child = child_start(piece);
    flag_await(&board[READY], 1);
    bool good = true;
    for (uint32_t i = 1; i <= MANY && good; i++)
        good = is_caught(child, SIGUSR1, i);
    good = good && IS(board[SENDER], getpid()) && IS(board[CODE], SI_USER);
    if (good)
        flag_await(&board[READY], ready);
    return signal_board_close(IS(child_kill(child), SIGKILL) && good);
}

bool signal_many(int (*piece)(void))
{
    return signal_many_until(piece, 1);
}

/* Registers, flags and the FPU keep their values; otherwise it ends. */
int computes(void)
{
    double sum = 0;

    board[READY] = 1;
    for (uint32_t n = 1;; n++) {
        uint32_t a = n, b = n + 1, c = n + 2, d = n + 3, s = n + 4, flags;
        __asm__ volatile("stc; pushf; mov $2000, %%edi\n"
                         "1: add $1, %%eax; add $1, %%ebx; add $1, %%edx; add $1, %%esi; add $1, %%ecx\n"
                         "cmp $2001, %%edi; jae 2f; sub $1, %%edi; jnz 1b\n"
                         "2: popf; mov $0, %%edi; adc $0, %%edi"
                         : "+a"(a), "+b"(b), "+c"(c), "+d"(d), "+S"(s), "=&D"(flags)
                         :
                         : "cc", "memory");
        sum += 0.5;
        if (a != n + 2000 || b != a + 1 || c != a + 2 || d != a + 3 || s != a + 4 || flags != 1 || sum != n * 0.5)
            return 1;
    }
}

int sleeps(void)
{
    board[READY] = 1;
    for (;;)
        usleep(20000);
}

bool signal_when_ready(int (*piece)(void), uint32_t times, int status)
{
    bool good = true;

    signal_board_open();
    pid_t child = child_start(piece);
    for (uint32_t i = 1; i <= times; i++) {
        flag_await(&board[READY], i);
        usleep(10000); /* most likely it waits by then; if not, it handles the signal before it waits */
        good = IS(kill(child, SIGUSR1), 0) && good;
    }
    return signal_board_close(IS(child_end(child), status) && good);
}
