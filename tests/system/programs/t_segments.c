/*
 * Segments by number and by name, next to a program that has all the segments it may have.
 *
 * run: --smp 1
 * run: --memory 1200
 */
#include "tests/system/programs/board.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/ipc/ipc.h"
#include "libuser/mem/shm.h"
#include "libuser/mem/shm_named.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PAGE = 4096, BOARD = -62 };

/* In a segment that all inherit. */
enum { TURN, NAMES_MADE, NAMES_ERROR, CHILD_IS_DONE, NUMBERS_MADE };
static volatile uint32_t *board;

static uint32_t processes_now(void)
{
    uint32_t limit = 0, used = 0;
    return IS(proc_get_limit(CLIENT_SLOT_PROC, &limit, &used), 0) ? used : 0;
}

/* Attaches up to `most` named segments of a page each, from `first` on; returns how many. */
static int attaches(int first, int most)
{
    char text[16];
    void *at;
    int n = 0;

    while (n < most &&
           (snprintf(text, sizeof text, "t_segments %d", first + n), shm_attach(text, PAGE, SHM_CREATE, &at) == 0))
        n++;
    return n;
}

static int ends_with_the_point(void)
{
    while (board[TURN] < 3)
        usleep(10000);
    return 0;
}

static int attaches_next(void)
{
    int n = attaches((int)board[NAMES_MADE], SHM_ATTACHED_MAX);

    board[NAMES_MADE] += (uint32_t)n;
    board[NAMES_ERROR] = n < SHM_ATTACHED_MAX ? (uint32_t)errno : 0;
    board[CHILD_IS_DONE] = 1;
    return ends_with_the_point();
}

static int opens_from(int id)
{
    char *page;
    int n = 0;

    while (shm_open(id + n, &page) == 0)
        n++;
    return n;
}

/* All names, with children, then all numbers. */
static int takes_all_segments(void)
{
    flag_await(&board[TURN], 1);
    for (board[NAMES_MADE] = board[NAMES_ERROR] = 0; !board[NAMES_ERROR];) {
        board[CHILD_IS_DONE] = 0;
        child_start(attaches_next);
        flag_await(&board[CHILD_IS_DONE], 1);
    }
    board[NUMBERS_MADE] = (uint32_t)opens_from(1000);
    board[TURN] = 2;
    return ends_with_the_point();
}

static int has_segments_of_its_own(void)
{
    enum { NUMBERS = 30, NAMES = 60, LIMIT = 4 << 20 };
    bool good = IS(setrlimit(RLIMIT_AS, &(struct rlimit){LIMIT, LIMIT}), 0);
    char *page;

    board[TURN] = 1;
    flag_await(&board[TURN], 2);
    for (int i = 0; i < NUMBERS; i++)
        good = IS(shm_open(i, &page), 0) && good;
    return IS(attaches(100000, NAMES), NAMES) && good ? 0 : 1;
}

static bool segments_of_others_are_kept(void)
{
    uint32_t before = processes_now();
    bool good;

    board = board_open(BOARD);
    pid_t innocent = child_start(has_segments_of_its_own), greedy = child_start(takes_all_segments);

    good = IS(child_end(innocent), EXITED(0)) && IS(board[NAMES_ERROR], ENFILE);
    good =
        HOLDS(board[NAMES_MADE] > 1900 && board[NAMES_MADE] < SHM_SEGMENTS_MAX && board[NUMBERS_MADE] > 5000) && good;
    board[TURN] = 3;
    good = IS(child_end(greedy), EXITED(0)) && good;
    while (processes_now() > before) /* also of children's children */
        usleep(10000);
    return IS(shm_close(BOARD), 0) && good;
}

int main(void)
{
    static const struct tap_point points[] = {
        {"a process with all segments it may have leaves others theirs", segments_of_others_are_kept},
    };

    return TAP_RUN(points);
}
