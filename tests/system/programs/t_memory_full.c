/*
 * Out of memory at each point where memory is taken: a clean refusal, and everything back afterwards.
 *
 * run: --memory 24
 */
#include "libuser/mem/mmap.h"
#include "libuser/mem/sbrk.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/mem/shm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    LEFT_MAX = 100,
    ROOM = 400, /* pages for trials: taken and given back each time, so many would take long */
    FIRST = 1000,
    BOARD = -17,
};

static uint32_t left;

/* Takes all pages except `left` of them. */
static void take_all(void)
{
    uint32_t pages = memory_now().free;
    char *taken;

    while (pages && (taken = mmap(NULL, pages * PAGE)) == MAP_FAILED)
        pages--;
    for (uint32_t i = 0; i + left < pages; i++)
        taken[i * PAGE] = 1;
    if (left)
        munmap(taken + (pages - left) * PAGE, left * PAGE);
}

/* ---------------------------------------------------------------------- one thing until the end */

static int maps_until_the_end(void)
{
    unsigned count = 0;
    char *page;

    for (; (page = mmap(NULL, PAGE)) != MAP_FAILED; count++)
        *page = 1;
    return errno == ENOMEM && count > FIRST ? 0 : 1;
}

static int opens_until_the_end(void)
{
    char *page = NULL;
    int id = 0;

    while (shm_open(id, &page) == 0) {
        *page = 1;
        id++;
    }
    int error = errno, closed = 0;
    for (int i = 0; i < id; i++)
        closed += shm_close(i) == 0;
    return error == ENOMEM && id > FIRST && closed == id && memory_now().segments == 0 ? 0 : 1;
}

static int grows_until_the_end(void)
{
    unsigned count = 0;
    char *page;

    for (; (page = tally_sbrk(PAGE)) != (void *)-1; count++)
        *page = 1;
    return errno == ENOMEM && count > FIRST ? 0 : 1;
}

static int forks_until_the_end(void)
{
    int n = 0;

    for (pid_t child; (child = fork()) != -1; n++)
        if (child == 0) {
            usleep(100000);
            exit(0);
        }
    if (errno != ENOMEM && errno != EAGAIN)
        return 1;
    while (wait(NULL) > 0)
        n--;
    return n == 0 ? 0 : 2;
}

static bool mmap_ends(void)
{
    return IS(child_run(maps_until_the_end), EXITED(0));
}

static bool shm_open_ends(void)
{
    return IS(child_run(opens_until_the_end), EXITED(0));
}

static bool sbrk_ends(void)
{
    return IS(child_run(grows_until_the_end), EXITED(0));
}

static bool fork_ends(void)
{
    return IS(child_run(forks_until_the_end), EXITED(0));
}

/* ------------------------------------------------------------ each thing, little before the end */

/* The trials when little is left: 0 if it worked, otherwise its errno; anything else is a failure. */
static int trial_fork(void)
{
    pid_t child = fork();

    if (child == 0)
        exit(0);
    return child < 0 ? errno : child_end(child);
}

static int trial_exec(void)
{
    char *const arguments[] = {"t_memory_full", "exit", NULL};

    execv("/tests/t_memory_full", arguments);
    return errno;
}

static int trial_shm_open(void)
{
    char *page = NULL;

    if (shm_open(77, &page) < 0)
        return page ? 200 : errno;
    *page = 1;
    return shm_close(77) == 0 ? 0 : 201;
}

static int trial_mmap(void)
{
    char *pages = mmap((char *)0x70000000, 8 * PAGE);

    if (pages == MAP_FAILED)
        return errno;
    for (int i = 0; i < 8; i++)
        pages[i * PAGE] = 1;
    return munmap(pages, 8 * PAGE) == 0 ? 0 : 202;
}

static int trial_sbrk(void)
{
    char *start = tally_sbrk(8 * PAGE);

    if (start == (void *)-1)
        return errno;
    memset(start, 1, 8 * PAGE);
    return tally_sbrk(-8 * PAGE) == start + 8 * PAGE ? 0 : 203;
}

static int (*trial)(void);

/* In a segment that all inherit: 1 when the memory is taken. */
static volatile uint32_t *turn;

static int takes_all_and_sleeps(void)
{
    take_all();
    *turn = 1;
    for (;;)
        sleep(1000);
}

static int tries(void)
{
    flag_await(turn, 1);
    return trial();
}

/* It takes all memory except so many pages. */
static pid_t hog_start(uint32_t pages)
{
    *turn = 0;
    left = pages;
    pid_t hog = child_start(takes_all_and_sleeps);

    if (hog > 0)
        flag_await(turn, 1);
    return hog;
}

/* Runs the trial while others have all memory except so many pages; returns the status. */
static int try_it(uint32_t pages)
{
    *turn = 0;
    pid_t trier = child_start(tries), hog = hog_start(pages);
    int status = child_end(trier);

    return child_kill(hog) == SIGKILL ? status : -1;
}

static bool tried(int (*what)(void))
{
    char *page = NULL;
    bool good = IS(shm_open(BOARD, &page), 0);
    uint32_t worked = 0;

    turn = (volatile uint32_t *)page;
    trial = what;
    pid_t hog = hog_start(ROOM);
    for (uint32_t pages = 0; pages < LEFT_MAX && good; pages += pages < 8 ? 1 : 6) {
        int status = try_it(pages);
        worked += status == EXITED(0);
        good = HOLDS(status == EXITED(0) || status == EXITED(ENOMEM) || status == EXITED(EAGAIN));
        if (!good)
            printf("# status %d with %d pages left\n", status, (int)pages);
    }
    good = IS(child_kill(hog), SIGKILL) && good;
    return IS(shm_close(BOARD), 0) && HOLDS(worked > 0) && good;
}

static bool near_fork(void)
{
    return tried(trial_fork);
}

static bool near_exec(void)
{
    return tried(trial_exec);
}

static bool near_shm_open(void)
{
    return tried(trial_shm_open);
}

static bool near_mmap(void)
{
    return tried(trial_mmap);
}

static bool near_sbrk(void)
{
    return tried(trial_sbrk);
}

/* ------------------------------------------------------------------------------------ the stack */

static volatile int bottom = 200;

static __attribute__((noinline)) int recurses(int depth)
{
    volatile char frame[2000];

    frame[depth * 8] = (char)depth;
    return depth == bottom ? 0 : recurses(depth + 1) + frame[depth * 8] - (char)depth;
}

static int recurses_at_the_end(void)
{
    take_all();
    return recurses(0);
}

/* The stack is not promised: when memory is used up, a touch of the stack ends the process. */
static bool stack_ends(void)
{
    left = 0;
    bool good = IS(child_run(recurses_at_the_end), SIGKILL);
    left = 300;
    return IS(child_run(recurses_at_the_end), EXITED(0)) && good;
}

/* ----------------------------------------------------------------------------------- the others */

/* While one process has everything, the others can use what they have. */
static bool others_go_on(void)
{
    static char mine[20 * PAGE];
    char *page = NULL;
    bool good = IS(shm_open(BOARD, &page), 0);

    turn = (volatile uint32_t *)page;
    memset(mine, 1, sizeof(mine));
    pid_t child = hog_start(0);
    good = FAILS(fork(), ENOMEM) && FAILS(mmap(NULL, 1000 * PAGE), ENOMEM) && good;
    memset(mine, 2, sizeof(mine));
    good = IS(child_kill(child), SIGKILL) && good;
    return IS(shm_close(BOARD), 0) && IS(child_run(trial_mmap), EXITED(0)) && good;
}

static const struct tap_point points[] = {
    {"mmap until the end", mmap_ends},
    {"shm_open until the end", shm_open_ends},
    {"sbrk until the end", sbrk_ends},
    {"fork until the end", fork_ends},
    {"fork, little before the end", near_fork},
    {"exec, little before the end", near_exec},
    {"shm_open, little before the end", near_shm_open},
    {"mmap, little before the end", near_mmap},
    {"sbrk, little before the end", near_sbrk},
    {"the stack when memory is used up", stack_ends},
    {"others continue", others_go_on},
};

int main(int argc, char **argv)
{
    (void)argv;
    return argc > 1 ? 0 : TAP_RUN(points);
}
