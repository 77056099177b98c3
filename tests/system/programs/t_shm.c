/* Segments: who has them, their contents, and when they end. */
#include "libuser/mem/mmap.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/mem/shm.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MANY = 3000, PAGE = 4096, WORDS = PAGE / 4 };

/* The address of a segment whose opening must succeed. */
static volatile uint32_t *opened(int id)
{
    char *page = NULL;

    if (shm_open(id, &page) != 0)
        exit(99);
    return (volatile uint32_t *)page;
}

static bool is_zero(const volatile uint32_t *page)
{
    uint32_t sum = 0;

    for (int i = 0; i < WORDS; i++)
        sum |= page[i];
    return sum == 0;
}

static bool any_id(void)
{
    static const int ids[] = {0, -1, INT_MIN, INT_MAX, 1, 4096, 0x40000000};
    enum { COUNT = sizeof(ids) / sizeof(ids[0]) };
    volatile uint32_t *pages[COUNT];
    bool good = true;

    for (int i = 0; i < COUNT; i++)
        *(pages[i] = opened(ids[i])) = (uint32_t)i + 1;
    for (int i = 0; i < COUNT; i++)
        good = IS(*pages[i], i + 1) && IS(shm_close(ids[i]), 0) && good;
    return good;
}

static bool begins_zeroed(void)
{
    bool zero = is_zero(opened(1));
    return IS(shm_close(1), 0) && HOLDS(zero);
}

static bool begins_zeroed_again(void)
{
    memset((void *)opened(1), 0xff, PAGE);
    bool good = IS(shm_close(1), 0);
    return good && begins_zeroed();
}

static bool one_frame(void)
{
    uint32_t before = memory_now().free;
    opened(1);
    struct memory during = memory_now();
    bool good = IS(before - during.free, 1) && IS(during.segments, 1);
    return IS(shm_close(1), 0) && IS(memory_now().free, before) && good;
}

static bool opened_twice(void)
{
    volatile uint32_t *first = opened(1), *second = opened(1);
    *first = 17;
    bool good = HOLDS(first == second) && IS(shm_close(1), 0) && IS(*first, 17);
    return IS(shm_close(1), 0) && FAILS(shm_close(1), ENOENT) && good;
}

static bool opened_often(void)
{
    volatile uint32_t *page = opened(1);
    bool good = true;

    for (int i = 1; i < 1000; i++)
        good = good && opened(1) == page;
    for (int i = 1; i < 1000; i++)
        good = good && IS(shm_close(1), 0);
    *page = 1;
    return good && IS(shm_close(1), 0) && FAILS(shm_close(1), ENOENT);
}

static int reads_after_close(void)
{
    volatile uint32_t *page = opened(1);
    return shm_close(1) == 0 ? (int)*page : 1;
}

static int writes_after_close(void)
{
    volatile uint32_t *page = opened(1);
    *page = 1;
    return shm_close(1) == 0 ? (int)(*page = 0) : 1;
}

static bool touch_after_close(void)
{
    return IS(child_run(reads_after_close), SIGSEGV) && IS(child_run(writes_after_close), SIGSEGV);
}

static int reads_without_open(void)
{
    volatile uint32_t *page = opened(2);
    return (int)page[WORDS];
}

static bool touch_beside(void)
{
    return IS(child_run(reads_without_open), SIGSEGV);
}

static bool close_unopened(void)
{
    return FAILS(shm_close(1), ENOENT) && FAILS(shm_close(-1), ENOENT) && FAILS(shm_close(0), ENOENT);
}

/* ------------------------------------------------------------------------------------ inherited */

static volatile uint32_t *shared;

static int adds_one(void)
{
    ++*shared;
    return 0;
}

static bool inherited(void)
{
    shared = opened(1);
    *shared = 41;
    bool good = IS(child_run(adds_one), EXITED(0)) && IS(*shared, 42);
    return IS(shm_close(1), 0) && good;
}

static int closes_and_touches(void)
{
    if (shm_close(1) != 0)
        return 1;
    return (int)*shared;
}

static bool child_closes_its_own(void)
{
    shared = opened(1);
    *shared = 7;
    bool good = IS(child_run(closes_and_touches), SIGSEGV) && IS(*shared, 7);
    return IS(shm_close(1), 0) && good;
}

static int closes_twice(void)
{
    return shm_close(1) == 0 && shm_close(1) == 0 && shm_close(1) == -1 && errno == ENOENT ? 0 : 1;
}

static bool references_inherited(void)
{
    opened(1);
    opened(1);
    bool good = IS(child_run(closes_twice), EXITED(0));
    return IS(shm_close(1), 0) && IS(shm_close(1), 0) && good;
}

static int outlives(void)
{
    flag_await(shared, 1);
    *shared = 2;
    return shm_close(1);
}

static bool child_outlives(void)
{
    shared = opened(1);
    pid_t child = child_start(outlives);
    *shared = 1;
    bool good = IS(shm_close(1), 0) && IS(child_end(child), EXITED(0));
    return IS(memory_now().segments, 0) && good && begins_zeroed();
}

/* ---------------------------------------------------------------------------- opened after fork */

enum { BOARD = -7 };
static volatile uint32_t *board; /* inherited: [0] a turn, [1] an address, [2] what was seen */

static int opens_second(void)
{
    flag_await(&board[0], 1);
    volatile uint32_t *page = opened(1);
    board[1] = (uint32_t)page;
    board[2] = *page;
    *page = 6;
    return shm_close(1);
}

static bool parent_first(void)
{
    board = opened(BOARD);
    pid_t child = child_start(opens_second);
    volatile uint32_t *page = opened(1);
    *page = 5;
    board[0] = 1;
    bool good = IS(child_end(child), EXITED(0)) && IS(board[2], 5) && IS(*page, 6) && IS(board[1], page);
    return IS(shm_close(1), 0) && IS(shm_close(BOARD), 0) && good;
}

static int opens_first(void)
{
    volatile uint32_t *page = opened(1);
    *page = 5;
    board[1] = (uint32_t)page;
    board[0] = 1;
    flag_await(&board[0], 2);
    return *page == 6 ? shm_close(1) : 1;
}

static bool child_first(void)
{
    board = opened(BOARD);
    pid_t child = child_start(opens_first);
    flag_await(&board[0], 1);
    volatile uint32_t *page = opened(1);
    bool good = IS(*page, 5) && IS(page, board[1]);
    *page = 6;
    board[0] = 2;
    good = IS(child_end(child), EXITED(0)) && good;
    return IS(shm_close(1), 0) && IS(shm_close(BOARD), 0) && good;
}

static int closes_a_strangers(void)
{
    flag_await(&board[0], 1);
    bool refused = shm_close(1) == -1 && errno == ENOENT;
    return refused ? 0 : 1;
}

static bool stranger(void)
{
    board = opened(BOARD);
    pid_t child = child_start(closes_a_strangers);
    *opened(1) = 9;
    board[0] = 1;
    bool good = IS(child_end(child), EXITED(0)) && IS(*opened(1), 9) && IS(shm_close(1), 0);
    return IS(shm_close(1), 0) && IS(shm_close(BOARD), 0) && good;
}

/* ----------------------------------------------------------------------------------------- ends */

static int exits_with_it(void)
{
    *opened(1) = 1;
    opened(1);
    opened(2);
    return 0;
}

static bool closed_by_exit(void)
{
    return IS(child_run(exits_with_it), EXITED(0)) && IS(memory_now().segments, 0) && begins_zeroed();
}

static int faults_with_it(void)
{
    opened(2);
    return (int)opened(1)[WORDS * 4];
}

static bool closed_by_fault(void)
{
    return IS(child_run(faults_with_it), SIGSEGV) && IS(memory_now().segments, 0);
}

static int waits_with_it(void)
{
    opened(1);
    opened(2);
    board[0] = 1;
    for (;;)
        sleep(1000);
}

static bool closed_by_kill(void)
{
    board = opened(BOARD);
    pid_t child = child_start(waits_with_it);
    flag_await(&board[0], 1);
    bool good = IS(memory_now().segments, 3) && IS(child_kill(child), SIGKILL) && IS(memory_now().segments, 1);
    return IS(shm_close(BOARD), 0) && good;
}

static int execs_with_it(void)
{
    opened(1);
    opened(1);
    child_exec("/tests/t_shm", "close");
}

static int execs_and_touches(void)
{
    opened(1);
    child_exec("/tests/t_shm", "touch");
}

static bool dropped_by_exec(void)
{
    return IS(child_run(execs_with_it), EXITED(0)) && IS(child_run(execs_and_touches), SIGSEGV);
}

/* What the program does that was executed with segment 1 open. */
static int after_exec(const char *what)
{
    if (memory_now().segments != 0)
        return 2;
    if (strcmp(what, "close") == 0)
        return shm_close(1) == -1 && errno == ENOENT ? 0 : 1;
    volatile uint32_t *page = opened(1);
    shm_close(1);
    return (int)*page;
}

/* ----------------------------------------------------------------------------------------- many */

static bool close_many(int from)
{
    bool good = true;

    for (int i = 0; i < MANY; i++)
        good = good && IS(shm_close(from + (i * 7) % MANY), 0);
    return good;
}

static bool many(void)
{
    static volatile uint32_t *pages[MANY];
    bool good = true;

    for (int i = 0; i < MANY; i++) {
        pages[i] = opened(i - MANY / 2);
        good = good && IS(*pages[i], 0);
        *pages[i] = (uint32_t)i + 1;
    }
    for (int i = 0; i < MANY; i++)
        good = good && IS(*pages[i], i + 1);
    good = IS(memory_now().segments, MANY) && good;
    return close_many(-MANY / 2) && IS(memory_now().segments, 0) && good;
}

static int opens_many(void)
{
    for (int i = 0; i < MANY; i++)
        *opened(i) = 1;
    return 0;
}

static bool many_by_exit(void)
{
    return IS(child_run(opens_many), EXITED(0)) && IS(memory_now().segments, 0);
}

static bool not_for_munmap(void)
{
    volatile uint32_t *page = opened(1);
    *page = 3;
    bool good = FAILS(munmap((void *)page, PAGE), EINVAL) && IS(*page, 3);
    return IS(shm_close(1), 0) && good;
}

static const struct tap_point points[] = {
    {"any int is an id", any_id},
    {"a new segment is zero", begins_zeroed},
    {"it is zero again after the last close", begins_zeroed_again},
    {"it takes one frame and gives it back", one_frame},
    {"the second open finds it at the same address, with one more reference", opened_twice},
    {"a thousand opens need a thousand closes", opened_often},
    {"touching it after the last close kills", touch_after_close},
    {"touching the page behind it kills", touch_beside},
    {"close without open fails", close_unopened},
    {"fork inherits it, and writes are seen both ways", inherited},
    {"a child closes for itself only", child_closes_its_own},
    {"fork inherits the number of opens", references_inherited},
    {"it lives as long as the last process that has it", child_outlives},
    {"opened after fork, by the parent first", parent_first},
    {"opened after fork, by the child first", child_first},
    {"a process that has not opened it cannot close it", stranger},
    {"exit closes", closed_by_exit},
    {"a fault closes", closed_by_fault},
    {"kill closes", closed_by_kill},
    {"exec drops", dropped_by_exec},
    {"thousands at once", many},
    {"thousands, closed by exit", many_by_exit},
    {"munmap does not take it", not_for_munmap},
};

int main(int argc, char **argv)
{
    return argc > 1 ? after_exec(argv[1]) : TAP_RUN(points);
}
