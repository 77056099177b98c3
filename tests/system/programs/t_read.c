/*
 * Signals during a read from the console: the read ends or continues, and no typed byte is lost.
 *
 * run: --smp 1
 * run: --smp 4
 * typed: a
 * typed: b
 */
#include "tests/system/programs/child.h"
#include "tests/system/programs/signal_board.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* It is in the background: typed input is not for it, and its read waits as long as it lives. */
static int reads(void)
{
    char bytes[16];

    board[READY] = 1;
    for (uint32_t i = 1;; i++) {
        if (read(0, bytes, sizeof bytes) != -1 || errno != EINTR || board[CAUGHT] < i)
            return 1;
        board[READY] = i + 1;
    }
}

static int reads_on(void)
{
    char bytes[16];

    signal_catch(SIGUSR1, SA_RESTART);
    board[READY] = 1;
    read(0, bytes, sizeof bytes);
    return 1;
}

static int reads_ignoring(void)
{
    char bytes[16];

    signal(SIGCHLD, SIG_DFL);
    board[READY] = 1;
    read(0, bytes, sizeof bytes);
    return 1;
}

/* It continues only if a read has ended by EINTR. A signal between two reads ends none, so another is sent. */
static bool reads_end(void)
{
    enum { TIMES = 5, TRIES = 100 };
    bool good = true;

    signal_board_open();
    pid_t child = child_start(reads);
    flag_await(&board[READY], 1);
    for (uint32_t i = 1; good && i <= TIMES; i++) {
        for (int tries = 0; tries < TRIES && board[READY] <= i; tries++) {
            good = IS(kill(child, SIGUSR1), 0) && good;
            usleep(10000);
        }
        good = HOLDS(board[READY] > i) && good;
    }
    return signal_board_close(IS(child_kill(child), SIGKILL) && good);
}

static bool reads_go_on(void)
{
    return signal_many(reads_on);
}

/* An ignored signal does not end the read; a lethal one ends the process. */
static bool others_act_as_usual(void)
{
    signal_board_open();
    pid_t child = child_start(reads_ignoring);
    flag_await(&board[READY], 1);
    usleep(20000);
    bool good = IS(kill(child, SIGCHLD), 0);
    usleep(20000);
    good = IS(waitpid(child, NULL, WNOHANG), 0) && IS(kill(child, SIGTERM), 0) && IS(child_end(child), SIGTERM) && good;
    return signal_board_close(good);
}

/* The typed input is still there for the process in the foreground. */
static bool nothing_is_lost(void)
{
    static char line[16];
    static ssize_t bytes;

    if (!bytes)
        bytes = read(0, line, sizeof line);
    return IS(bytes, 2) && IS(memcmp(line, "b\n", 2), 0);
}

static const struct tap_point points[] = {
    {"reads end", reads_end},
    {"reads continue", reads_go_on},
    {"other signals", others_act_as_usual},
    {"nothing is lost", nothing_is_lost},
};

int main(void)
{
    char line[16];

    return read(0, line, sizeof line) == 2 ? TAP_RUN(points) : 1; /* now its children cannot read */
}
