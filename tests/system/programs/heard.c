/* Signals sent to a piece of a test in another process. */
#include "tests/system/programs/heard.h"

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

void heard_note(int signal, siginfo_t *info, void *context)
{
    (void)context;
    board[SENDER] = (uint32_t)info->si_pid;
    board[CODE] = (uint32_t)info->si_code;
    board[VALUE] = (uint32_t)info->si_status; /* si_value is in the same word */
    board[HEARD] += info->si_signo == signal;
}

void heard_catch(int signal, int flags)
{
    struct sigaction action = {.sa_sigaction = heard_note, .sa_flags = SA_SIGINFO | flags};

    sigaction(signal, &action, NULL);
}

void heard_begin(void)
{
    board = board_open(BOARD);
    heard_catch(SIGUSR1, 0); /* inherited by children */
}

bool heard_end(bool good)
{
    signal(SIGUSR1, SIG_DFL);
    return IS(shm_close(BOARD), 0) && good;
}

static bool is_heard(pid_t child, int signal, uint32_t count)
{
    bool good = IS(kill(child, signal), 0);

    while (good && board[HEARD] < count && waitpid(child, NULL, WNOHANG) == 0)
        sched_yield();
    return good && IS(board[HEARD], count);
}

/* So many signals, one after the other, to a child that runs `piece` for ever. */
bool heard_all_until(int (*piece)(void), uint32_t ready)
{
    heard_begin();
    pid_t child = child_start(piece);
    flag_await(&board[READY], 1);
    bool good = true;
    for (uint32_t i = 1; i <= MANY && good; i++)
        good = is_heard(child, SIGUSR1, i);
    good = good && IS(board[SENDER], getpid()) && IS(board[CODE], SI_USER);
    if (good)
        flag_await(&board[READY], ready);
    return heard_end(IS(child_kill(child), SIGKILL) && good);
}

bool heard_all(int (*piece)(void))
{
    return heard_all_until(piece, 1);
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

/* Sends a signal whenever the child says that it is ready, so many times; checks its status. */
bool heard_ends(int (*piece)(void), uint32_t times, int status)
{
    bool good = true;

    heard_begin();
    pid_t child = child_start(piece);
    for (uint32_t i = 1; i <= times; i++) {
        flag_await(&board[READY], i);
        usleep(10000); /* most likely it waits by then; if not, it handles the signal before it waits */
        good = IS(kill(child, SIGUSR1), 0) && good;
    }
    return heard_end(IS(child_end(child), status) && good);
}
