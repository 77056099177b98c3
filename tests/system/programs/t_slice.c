/* Time slices on one processor: processes that only compute and make no calls take turns at every tick. */
#include "tests/system/programs/board.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/ipc/ipc.h"
#include "libuser/mem/shm.h"
#include "libuser/sys/syscall.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    BOARD = -21,
    TURNS = 60, /* in total, of two or more processes that hand over to each other */
};

static struct board {
    uint32_t turn;    /* the number of the one whose turn it is */
    uint32_t players; /* how many take turns */
    uint32_t seen;
} volatile *board;

static uint32_t uptime(void)
{
    uint32_t ticks = 0;

    if (proc_uptime(CLIENT_SLOT_PROC, &ticks) != 0)
        exit(98);
    return ticks;
}

static void begin(uint32_t players)
{
    board = board_open(BOARD);
    board->players = players;
}

/* Waits for its turn by polling the board, and hands over at once. */
static int play(uint32_t player)
{
    for (uint32_t turn = player; turn < TURNS; turn += board->players) {
        while (board->turn != turn)
            ;
        board->turn = turn + 1;
    }
    return 0;
}

static uint32_t player;

static int plays(void)
{
    return play(player);
}

/* Every hand-over takes the rest of a slice. */
static bool takes_turns(uint32_t players)
{
    pid_t children[8];
    bool good = true;

    begin(players);
    for (player = 1; player < players; player++)
        children[player] = child_start(plays);
    uint32_t begun = uptime();
    play(0);
    for (uint32_t i = 1; i < players; i++)
        good = IS(child_end(children[i]), EXITED(0)) && good;
    uint32_t ticks = uptime() - begun;
    good = HOLDS(ticks >= TURNS / 2) && good;
    /* Some more if the host is busy; turns of two ticks would be far too many. */
    good = IS(ticks < 2 * TURNS - TURNS / 4 ? 0 : ticks, 0) && good;
    return IS(shm_close(BOARD), 0) && good;
}

static bool two_take_turns(void)
{
    return takes_turns(2);
}

static bool five_take_turns(void)
{
    return takes_turns(5);
}

/* ----------------------------------------------------------------------------------- after fork */

static int sees(void)
{
    return (int)board->seen;
}

static bool parent_continues(void)
{
    begin(0);
    pid_t child = child_start(sees);
    uint32_t begun = uptime();
    while (uptime() - begun < 2)
        ;
    board->seen = 1;
    bool first = child_end(child) == EXITED(1);
    return IS(shm_close(BOARD), 0) && first;
}

/* A tick or two that come at once, as on a busy host, do not let a child run before its parent. A very busy host may
 * deliver more at once, but not every time. */
static bool parent_continues_first(void)
{
    for (int tries = 0; tries < 5; tries++)
        if (parent_continues())
            return true;
    return false;
}

static int spins(void)
{
    for (;;)
        ;
}

/* A process that calls servers in a loop is hardly ever found running, and gets no more than its turns. */
static bool callers_take_turns(void)
{
    pid_t child = child_start(spins);
    uint32_t begun = uptime(), last = begun, calls = 0, slices = 0;

    while (last - begun < 40) {
        uint32_t now = uptime();
        calls = now == last ? calls + 1 : 0;
        slices += calls == 3; /* a call that a tick interrupted reports the next slice, too */
        last = now;
    }
    return IS(child_kill(child), SIGKILL) && HOLDS(slices <= 30);
}

int main(void)
{
    static const struct tap_point points[] = {
        {"two processes take turns at every tick", two_take_turns},
        {"five processes take turns at every tick", five_take_turns},
        {"a parent continues before its new child runs", parent_continues_first},
        {"a process that calls servers takes turns with one that computes", callers_take_turns},
    };
    return TAP_RUN(points);
}
