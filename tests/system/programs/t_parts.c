/*
 * Long work of servers is done in parts: large processes fork, exec, end, are killed in the middle of that, and give
 * memory back. The result is as if all had been done at once, and all memory comes back.
 *
 * run: --smp 1
 * run: --smp 4
 */
#include "libuser/mem/mmap.h"
#include "libuser/mem/sbrk.h"
#include "tests/system/programs/board.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/mem/shm.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, BOARD = -52, PAGES = 2000, KILLS = 12 };

static volatile uint32_t *board;
static char *area;

static bool make_area(void)
{
    area = mmap(NULL, PAGES * PAGE);
    if (area == MAP_FAILED)
        return false;
    for (uint32_t i = 0; i < PAGES; i++)
        *(uint32_t *)(void *)(area + i * PAGE) = i;
    return true;
}

static bool area_is_good(void)
{
    for (uint32_t i = 0; i < PAGES; i++)
        if (*(uint32_t *)(void *)(area + i * PAGE) != i)
            return false;
    return true;
}

/* Waits until the last forked processes have ended. */
static bool all_is_free(uint32_t free)
{
    for (int i = 0; i < 200 && memory_now().free != free; i++)
        usleep(10000);
    return IS(memory_now().free, free);
}

/* The piece succeeds, and when its end is reported all memory is back. */
static bool runs_and_gives_back(int (*piece)(void))
{
    uint32_t free = memory_now().free;

    return IS(child_run(piece), EXITED(0)) && IS(memory_now().free, free);
}

/* ---------------------------------------------------------------------------------- fork */

static int reads_and_writes(void)
{
    bool good = area_is_good();

    for (uint32_t i = 0; i < PAGES; i += 3)
        area[i * PAGE] = 'x';
    return good ? 0 : 1;
}

static int forks_three(void)
{
    if (!make_area())
        return 2;
    pid_t pids[3];
    bool good = true;

    for (int i = 0; i < 3; i++)
        pids[i] = child_start(reads_and_writes);
    for (int i = 0; i < 3; i++)
        good = IS(child_end(pids[i]), EXITED(0)) && good;
    return good && area_is_good() ? 0 : 1;
}

static bool copied(void)
{
    return runs_and_gives_back(forks_three);
}

/* ---------------------------------------------------------------------------------- kill */

static int waits(void)
{
    flag_await(&board[1], 1);
    return 0;
}

static int forks_for_ever(void)
{
    if (!make_area())
        return 2;
    board[0] = 1;
    for (;;)
        child_run(waits);
}

static int execs(void)
{
    if (!make_area())
        return 2;
    board[0] = 1;
    child_exec("/tests/t_parts", "and waits");
}

static int exits(void)
{
    return make_area() ? (int)(board[0] = 1) : 2;
}

/* At another moment each time, as far as the ticks allow. */
static bool killed(int (*piece)(void))
{
    uint32_t free = memory_now().free;
    bool good = true;

    for (int i = 0; i < KILLS && good; i++) {
        board[0] = board[1] = 0;
        pid_t pid = child_start(piece);
        flag_await(&board[0], 1);
        for (volatile int moment = i * 3000; moment > 0; moment--)
            ;
        good = IS(kill(pid, SIGKILL), 0);
        board[1] = 1;
        int status = child_end(pid);
        bool by_itself = piece == exits && status == EXITED(1);
        good = (by_itself || IS(status, SIGKILL)) && good;
        good = all_is_free(free) && good;
    }
    return good;
}

static bool killed_while_it_forks(void)
{
    return killed(forks_for_ever);
}

static bool killed_while_it_execs(void)
{
    return killed(execs);
}

static bool killed_while_it_ends(void)
{
    return killed(exits);
}

/* ---------------------------------------------------------------------------------- exec, exit */

static int execs_to_another(void)
{
    if (!make_area())
        return 2;
    child_exec("hello", "there");
}

/* Their tables take the kernel longer than their pages. */
static int touches_far_apart(void)
{
    for (int i = 0; i < 100; i++) {
        char *page = mmap((char *)0x41000000 + i * (4 << 20), PAGE);
        if (page == MAP_FAILED)
            return 2;
        *page = 1;
    }
    pid_t child = child_start(waits);
    return child_end(child) == EXITED(0) ? 0 : 1;
}

static bool many_tables(void)
{
    board[1] = 1;
    return runs_and_gives_back(touches_far_apart);
}

static bool becomes_another(void)
{
    return runs_and_gives_back(execs_to_another);
}

static int ends_beside_others(void)
{
    pid_t large[2];
    bool good = true;

    for (int i = 0; i < 2; i++)
        large[i] = child_start(exits);
    for (int i = 0; i < 30; i++)
        good = IS(child_run(waits), EXITED(0)) && good;
    for (int i = 0; i < 2; i++)
        good = IS(child_end(large[i]), EXITED(1)) && good;
    return good ? 0 : 1;
}

static bool ended_beside_others(void)
{
    board[1] = 1;
    return runs_and_gives_back(ends_beside_others);
}

/* A wait with WNOHANG reports nothing before everything is freed. */
static bool end_is_reported_last(void)
{
    uint32_t free = memory_now().free;
    int status = 0, seen = 0;
    pid_t pid = child_start(exits);

    while (waitpid(pid, &status, WNOHANG) == 0)
        seen++;
    return IS(memory_now().free, free) && IS(status, EXITED(1)) && HOLDS(seen > 0);
}

/* ---------------------------------------------------------------------------------- memory */

static int gives_back(void)
{
    bool good = HOLDS(make_area());
    char *last = area + (PAGES - 1) * PAGE, *heap = tally_sbrk(PAGES * PAGE);

    memset(heap, 1, PAGES * PAGE);
    good = IS(munmap(area, (PAGES - 1) * PAGE), 0) && IS(*(uint32_t *)(void *)last, PAGES - 1) && good;
    good = HOLDS(mmap(area, (PAGES - 1) * PAGE) == area) && IS(*area, 0) && good;
    good = HOLDS(tally_sbrk(-PAGES * PAGE) == heap + PAGES * PAGE) && HOLDS(tally_sbrk(0) == heap) && good;
    return good ? 0 : 1;
}

static bool given_back(void)
{
    return runs_and_gives_back(gives_back);
}

/* Past many small mappings. */
static int maps_every_second(void)
{
    bool good = true;
    char *first = mmap(NULL, PAGE);

    for (int i = 1; i < 1000; i++)
        good = mmap(first + 2 * i * PAGE, PAGE) == first + 2 * i * PAGE && good;
    char *pair = mmap(NULL, 2 * PAGE), *single = mmap(NULL, PAGE);
    return HOLDS(pair == first + 1999 * PAGE) && HOLDS(single != MAP_FAILED) && HOLDS(good) ? 0 : 1;
}

static bool range_is_found(void)
{
    return IS(child_run(maps_every_second), EXITED(0));
}

static const struct tap_point points[] = {
    {"a large process forks", copied},
    {"a large process is killed while it forks", killed_while_it_forks},
    {"a large process is killed while it becomes another program", killed_while_it_execs},
    {"a large process is killed while it ends", killed_while_it_ends},
    {"a large process becomes another program", becomes_another},
    {"a process with many page tables forks, and ends", many_tables},
    {"large processes end while others run", ended_beside_others},
    {"the end is reported when all memory is back", end_is_reported_last},
    {"munmap and sbrk of much memory", given_back},
    {"a free range behind many mappings", range_is_found},
};

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        for (;;)
            sleep(1000);
    board = board_open(BOARD);
    return TAP_RUN(points);
}
