/* waitpid and kill: which child is waited for, the status, signals. */
#include "tests/system/programs/board.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/mem/shm.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BOARD = -31, MANY = 100 };

static volatile uint32_t *board; /* in a segment that all inherit */

static void begin(void)
{
    board = board_open(BOARD);
}

static bool end(bool good)
{
    return IS(shm_close(BOARD), 0) && good;
}

/* ------------------------------------------------------------------------------------- statuses */

static int argument;

static int exits_with_argument(void)
{
    return argument;
}

static int status_of_exit(int code)
{
    argument = code;
    int status = child_run(exits_with_argument);
    return WIFEXITED(status) && !WIFSIGNALED(status) ? WEXITSTATUS(status) : -1;
}

static bool exits(void)
{
    return IS(status_of_exit(0), 0) && IS(status_of_exit(1000), 232) && IS(status_of_exit(-1), 255) &&
           IS(status_of_exit(256), 0) && IS(status_of_exit(INT32_MIN), 0) && IS(status_of_exit(0x12345678), 0x78);
}

static int spins(void)
{
    for (;;)
        ;
}

static bool is_ignored(int signal)
{
    return signal == SIGCHLD || signal == SIGCONT || signal == SIGURG || signal == SIGWINCH;
}

static bool stops(int signal)
{
    return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

enum { SIGNALS = 32 }; /* there are no real-time signals */

/* An ignored signal leaves the child for the next one. */
static bool each_signal(void)
{
    pid_t child = child_start(spins);
    bool good = true;
    int status;

    for (int signal = 1; signal < SIGNALS; signal++) {
        if (stops(signal)) {
            good = FAILS(kill(child, signal), EINVAL) && good;
            continue;
        }
        good = IS(kill(child, signal), 0) && good;
        if (is_ignored(signal))
            continue;
        good = IS(waitpid(child, &status, 0), child) && HOLDS(WIFSIGNALED(status)) && HOLDS(!WIFEXITED(status)) &&
               IS(WTERMSIG(status), signal) && good;
        child = child_start(spins);
    }
    return IS(child_kill(child), SIGKILL) && good;
}

static bool no_signals(void)
{
    pid_t child = child_start(spins);
    bool good = FAILS(kill(child, -1), EINVAL) && FAILS(kill(child, NSIG), EINVAL) &&
                FAILS(kill(child, INT32_MIN), EINVAL) && FAILS(kill(child, INT32_MAX), EINVAL);
    good = IS(waitpid(child, NULL, WNOHANG), 0) && good;
    return IS(child_kill(child), SIGKILL) && good;
}

static int terminates_itself(void)
{
    kill(getpid(), SIGTERM);
    return 1;
}

static int aborts(void)
{
    abort();
}

static bool own_signals(void)
{
    return IS(child_run(terminates_itself), SIGTERM) && IS(child_run(aborts), SIGABRT);
}

/* Until it is waited for, an ended child exists, but no signal has an effect on it. */
static bool tells_existence(void)
{
    argument = 3;
    bool good = IS(kill(getpid(), 0), 0);
    pid_t child = child_start(exits_with_argument);
    good = IS(kill(child, 0), 0) && good;
    usleep(50000);
    good = IS(kill(child, 0), 0) && IS(kill(child, SIGKILL), 0) && good;
    good = IS(child_end(child), EXITED(3)) && good;
    return FAILS(kill(child, 0), ESRCH) && good;
}

/* -------------------------------------------------------------------------------------- waiting */

static bool is_told(pid_t wanted, pid_t child, int code)
{
    int status = 77;
    return IS(waitpid(wanted, &status, 0), child) && IS(status, EXITED(code));
}

static int ends_when_told(void)
{
    flag_await(&board[0], 1);
    return 9;
}

/* Children that end before the awaited one can still be waited for, however many there are. */
static bool others_end_first(void)
{
    pid_t children[MANY];
    bool good = true;

    begin();
    pid_t last = child_start(ends_when_told);
    for (argument = 0; argument < MANY; argument++)
        children[argument] = child_start(exits_with_argument);
    usleep(100000);
    board[0] = 1;
    good = is_told(last, last, 9);
    for (int i = 0; i < MANY; i++)
        good = is_told(children[i], children[i], i) && good;
    return end(FAILS(waitpid(-1, NULL, 0), ECHILD) && good);
}

static int is_a_stranger(void)
{
    pid_t child = child_start(spins);

    board[1] = (uint32_t)child;
    board[0] = 1;
    return child_end(child);
}

/* With a child that runs on, so that there is one to wait for in vain. */
static bool strangers(void)
{
    begin();
    pid_t child = child_start(is_a_stranger);
    flag_await(&board[0], 1);
    pid_t grandchild = (pid_t)board[1];
    int status = 77;
    bool good = FAILS(waitpid(grandchild, &status, 0), ECHILD) && FAILS(waitpid(getpid(), &status, 0), ECHILD) &&
                FAILS(waitpid(0x7fffffff, &status, 0), ECHILD) && FAILS(waitpid(-2, &status, 0), ECHILD) &&
                FAILS(waitpid(INT32_MIN, &status, 0), ECHILD) && IS(status, 77);
    good = IS(kill(grandchild, SIGTERM), 0) && good;
    good = IS(child_end(child), EXITED(SIGTERM)) && FAILS(waitpid(child, NULL, 0), ECHILD) && good;
    return end(good);
}

static bool without_waiting(void)
{
    int status = 77;

    begin();
    bool good = FAILS(waitpid(-1, &status, WNOHANG), ECHILD);
    pid_t child = child_start(ends_when_told);
    good = IS(waitpid(child, &status, WNOHANG), 0) && IS(waitpid(-1, &status, WNOHANG), 0) &&
           IS(waitpid(0, &status, WNOHANG | WUNTRACED | WCONTINUED), 0) && IS(status, 77) && good;
    board[0] = 1;
    while (waitpid(child, &status, WNOHANG) == 0)
        usleep(10000);
    return end(IS(status, EXITED(9)) && FAILS(waitpid(child, NULL, WNOHANG), ECHILD) && good);
}

static bool any_of_them(void)
{
    argument = 5;
    pid_t first = child_start(exits_with_argument);
    bool good = is_told(-1, first, 5);
    pid_t second = child_start(exits_with_argument);
    return is_told(0, second, 5) && good;
}

static bool bad_options(void)
{
    argument = 6;
    pid_t child = child_start(exits_with_argument);
    bool good = FAILS(waitpid(child, NULL, 4), EINVAL) && FAILS(waitpid(child, NULL, -1), EINVAL);
    return IS(child_end(child), EXITED(6)) && good;
}

int main(void)
{
    static const struct tap_point points[] = {
        {"the low byte of exit's argument is reported", exits},
        {"each signal ends a process or does nothing", each_signal},
        {"invalid signals", no_signals},
        {"a process ends itself by a signal", own_signals},
        {"kill with 0 shows whether a process exists", tells_existence},
        {"a hundred others end first", others_end_first},
        {"strangers are ECHILD at once", strangers},
        {"WNOHANG", without_waiting},
        {"-1 and 0 are any child", any_of_them},
        {"unknown options", bad_options},
    };
    return TAP_RUN(points);
}
