/* Processes: their ends and who is told, kill, sleep, the clock. */
#include "tests/system/programs/board.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/ipc/ipc.h"
#include "libuser/mem/shm.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, BOARD = -11, MANY = 30 };

static volatile uint32_t *board; /* in a segment that all inherit */

static void begin(void)
{
    board = board_open(BOARD);
}

static bool end(bool good)
{
    return IS(shm_close(BOARD), 0) && good;
}

static uint32_t uptime(void)
{
    uint32_t ticks = 0;

    if (proc_uptime(CLIENT_SLOT_PROC, &ticks) != 0)
        exit(98);
    return ticks;
}

/* ------------------------------------------------------------------------------------- statuses */

static int argument;

static int exits_with_argument(void)
{
    return argument;
}

static bool exit_statuses(void)
{
    bool good = true;

    for (argument = 0; argument < 256; argument++)
        good = IS(child_run(exits_with_argument), EXITED(argument)) && good;
    argument = -1;
    good = IS(child_run(exits_with_argument), EXITED(255)) && good;
    argument = 0x1234507;
    return IS(child_run(exits_with_argument), EXITED(7)) && good;
}

static bool nobody_to_wait_for(void)
{
    int status = 77;
    return FAILS(wait(&status), ECHILD) && FAILS(waitpid(1, NULL, 0), ECHILD) && IS(status, 77);
}

static int sleeps_and_exits(void)
{
    usleep(30000);
    return 3;
}

static bool wait_waits(void)
{
    uint32_t begun = uptime();
    return IS(child_run(sleeps_and_exits), EXITED(3)) && HOLDS(uptime() - begun >= 3);
}

static bool each_child_once(void)
{
    pid_t children[MANY];
    bool good = true;
    int status;

    for (argument = 0; argument < MANY; argument++)
        children[argument] = child_start(exits_with_argument);
    for (int i = MANY; i-- > 0;)
        good = IS(child_end(children[i]), EXITED(i)) && good;
    return FAILS(wait(&status), ECHILD) && good;
}

static bool any_child(void)
{
    pid_t children[MANY], child;
    uint32_t seen = 0;
    int status;

    for (argument = 0; argument < MANY; argument++)
        children[argument] = child_start(exits_with_argument);
    while ((child = wait(&status)) > 0)
        if (children[WEXITSTATUS(status)] == child)
            seen |= 1u << WEXITSTATUS(status);
    return IS(seen, (1u << MANY) - 1) && IS(errno, ECHILD);
}

/* -------------------------------------------------------------------------------------- orphans */

static int leaves_an_orphan(void)
{
    if (fork() == 0) {
        flag_await(&board[0], 1);
        board[0] = 2;
        exit(9);
    }
    return 4;
}

static bool orphan(void)
{
    int status;

    begin();
    board[0] = 0;
    bool good = IS(child_run(leaves_an_orphan), EXITED(4)) && FAILS(wait(&status), ECHILD);
    board[0] = 1;
    flag_await(&board[0], 2);
    usleep(30000);
    return end(FAILS(wait(&status), ECHILD) && good);
}

static int leaves_the_ended(void)
{
    for (argument = 0; argument < MANY; argument++)
        child_start(exits_with_argument);
    usleep(30000);
    return 0;
}

static bool ended_and_never_waited_for(void)
{
    return IS(child_run(leaves_the_ended), EXITED(0));
}

/* ----------------------------------------------------------------------------------------- kill */

static int sleeps_forever(void)
{
    board[0] = 1;
    for (;;)
        sleep(1000);
}

static int waits_forever(void)
{
    pid_t child = fork();

    if (child == 0)
        sleeps_forever();
    board[1] = (uint32_t)child;
    return child_end(child);
}

static int spins_forever(void)
{
    for (;;)
        ++board[0];
}

static int kills_itself(void)
{
    kill(getpid(), SIGKILL);
    return 1;
}

static bool killed(int (*piece)(void))
{
    begin();
    board[0] = 0;
    pid_t child = child_start(piece);
    flag_await(&board[0], 1);
    return end(IS(child_kill(child), SIGKILL) && FAILS(kill(child, SIGKILL), ESRCH));
}

static bool kill_sleeper(void)
{
    return killed(sleeps_forever);
}

static int sleeps_a_moment(void)
{
    board[0] = 1;
    usleep(100000);
    return 0;
}

/* It has the entry of a process that was killed in its sleep; that one's wake-up time comes while this one waits for a
 * child. */
static int waits_longer(void)
{
    pid_t child = fork();

    if (child == 0) {
        usleep(300000);
        exit(5);
    }
    return child_end(child) == EXITED(5) ? 0 : 1;
}

static bool a_killed_sleeper_wakes_no_other(void)
{
    return killed(sleeps_a_moment) && IS(child_run(waits_longer), EXITED(0));
}

static bool kill_spinner(void)
{
    return killed(spins_forever);
}

static bool kill_waiter(void)
{
    bool good = killed(waits_forever);
    char *page = NULL;

    good = IS(shm_open(BOARD, &page), 0) && good; /* its child still has it open */
    good = IS(kill((pid_t)board[1], SIGKILL), 0) && good;
    return end(good);
}

static bool kill_self(void)
{
    return IS(child_run(kills_itself), SIGKILL);
}

static bool kill_newborn(void)
{
    bool good = true;

    begin();
    for (int i = 0; i < 100; i++)
        good = IS(child_kill(child_start(sleeps_forever)), SIGKILL) && good;
    return end(good);
}

static int reads_forever(void)
{
    char c;

    board[0] = 1;
    return (int)read(0, &c, 1);
}

static bool kill_reader(void)
{
    return killed(reads_forever);
}

static int kills_its_parent(void)
{
    pid_t parent = getpid();
    pid_t child = fork();

    if (child == 0)
        exit(kill(parent, SIGKILL) == -1 ? errno : 0);
    return child_end(child) == EXITED(EPERM) ? 5 : 6;
}

static bool child_kills_parent(void)
{
    return IS(child_run(kills_its_parent), EXITED(5));
}

static bool kill_a_missing_process(void)
{
    return FAILS(kill(-0x7fffffff, SIGKILL), ESRCH) && FAILS(kill(0x7fffffff, SIGKILL), ESRCH) &&
           FAILS(kill(0x7fffffff, 0), ESRCH);
}

/* ----------------------------------------------------------------------------------------- time */

static bool sleeps_as_long(void)
{
    uint32_t begun = uptime();
    bool good = IS(usleep(100000), 0);
    uint32_t slept = uptime() - begun;
    return HOLDS(slept >= 10) && HOLDS(slept <= 15) && IS(usleep(0), 0) && IS(sleep(0), 0) && good;
}

static int sleeps_its_turn(void)
{
    usleep((unsigned)(6 - argument) * 20000);
    board[1 + board[0]++] = (uint32_t)argument;
    return 0;
}

static bool wake_in_order(void)
{
    pid_t children[5];
    bool good = true;

    begin();
    board[0] = 0;
    for (argument = 0; argument < 5; argument++)
        children[argument] = child_start(sleeps_its_turn);
    for (int i = 0; i < 5; i++)
        good = IS(child_end(children[i]), EXITED(0)) && good;
    for (int i = 0; i < 5; i++)
        good = IS(board[1 + i], 4 - i) && good;
    return end(good);
}

static bool clock_continues(void)
{
    uint32_t first = uptime(), last = first;
    bool good = true;

    while (last < first + 5) {
        uint32_t now = uptime();
        good = good && HOLDS(now >= last);
        last = now;
    }
    return good;
}

static bool spinners_are_preempted(void)
{
    pid_t spinners[3];
    bool good = true;

    begin();
    board[0] = 0;
    for (int i = 0; i < 3; i++)
        spinners[i] = child_start(spins_forever);
    uint32_t before = uptime();
    good = IS(usleep(50000), 0) && HOLDS(uptime() - before < 30);
    for (int i = 0; i < 3; i++)
        good = IS(child_kill(spinners[i]), SIGKILL) && good;
    return end(good);
}

/* ---------------------------------------------------------------------------------------- names */

static int tells_its_pid(void)
{
    board[0] = (uint32_t)getpid();
    return 0;
}

static bool pids(void)
{
    bool good = true;
    pid_t before = getpid();

    begin();
    for (int i = 0; i < 300; i++) {
        pid_t child = child_start(tells_its_pid);
        good = HOLDS(child > before) && IS(child_end(child), EXITED(0)) && IS(board[0], child) && good;
        before = child;
    }
    return end(good);
}

static const struct tap_point points[] = {
    {"the low byte of the exit status is reported", exit_statuses},
    {"a wait without children is ECHILD", nobody_to_wait_for},
    {"wait waits", wait_waits},
    {"every child is reported once, by id", each_child_once},
    {"every child is reported once, to wait", any_child},
    {"an orphan continues, and is no other process's child", orphan},
    {"ended children whose parent exits are forgotten", ended_and_never_waited_for},
    {"a sleeper can be killed", kill_sleeper},
    {"a killed sleeper's time wakes nobody else", a_killed_sleeper_wakes_no_other},
    {"a spinner can be killed", kill_spinner},
    {"a process that waits can be killed, its child continues", kill_waiter},
    {"a process that reads can be killed", kill_reader},
    {"a process can kill itself", kill_self},
    {"a newborn can be killed", kill_newborn},
    {"a parent cannot be killed", child_kills_parent},
    {"kill of a missing process is ESRCH", kill_a_missing_process},
    {"sleep lasts as long as asked for", sleeps_as_long},
    {"sleepers wake in order", wake_in_order},
    {"the clock advances", clock_continues},
    {"spinners are preempted", spinners_are_preempted},
    {"process ids", pids},
};

int main(void)
{
    return TAP_RUN(points);
}
