/*
 * What the servers keep after many processes: little, and nothing if memory is short.
 *
 * run: --memory 64
 * run: --memory 32
 */
#include "libuser/mem/mmap.h"
#include "tests/system/programs/board.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/mem/shm.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* KEPT: a page of mem's table of slots, which stays for the next time. UNTOUCHED: pages promised to this program that
 * it has not touched. */
enum { PAGE = 4096, BOARD = -51, MANY = 500, FEWEST = 150, KEPT = 1, UNTOUCHED = 100 };

static uint32_t reserve(void)
{
    return memory_now().total / 64 + 96;
}

/* How many of so many free frames cannot be used for pages: the reserve, promised frames, tables for the others. */
static uint32_t beside(uint32_t free)
{
    return reserve() + UNTOUCHED + (free / 512 + 1) * 3;
}

static pid_t children[MANY];

/* As many children at once as possible, and their ends. */
static int crowd(void)
{
    int started = 0, ended = 0;

    for (; started < MANY && (children[started] = fork()) != -1; started++)
        if (children[started] == 0)
            for (;;)
                sleep(1000);
    for (int i = 0; i < started; i++)
        ended += kill(children[i], SIGTERM) == 0;
    while (wait(NULL) > 0)
        ended--;
    return ended == 0 ? started : -1;
}

/* In a process of its own, as the first of a crowd also takes what the later ones need. */
static int crowds(void)
{
    return crowd() >= FEWEST ? 0 : 1;
}

static bool little_is_kept(void)
{
    uint32_t before = memory_now().free;
    bool good = IS(child_run(crowds), EXITED(0));
    uint32_t lost = before - memory_now().free;

    printf("# %d frames are kept\n", (int)lost);
    return HOLDS((int32_t)lost <= KEPT) && good;
}

/* The largest area that can be mapped. */
static uint32_t largest(void)
{
    uint32_t pages = memory_now().free;
    char *area;

    while ((area = mmap(NULL, pages * PAGE)) == MAP_FAILED)
        pages--;
    for (uint32_t i = 0; i < pages; i++)
        area[i * PAGE] = 1;
    return munmap(area, pages * PAGE) == 0 ? pages : 0;
}

/* Everything that is reported as free can be had, except what mem reserves for page tables. */
static int takes_all(void)
{
    uint32_t free = memory_now().free, pages = largest();

    return pages + beside(free) >= free ? 0 : (int)(free - pages - reserve());
}

static bool given_back(void)
{
    bool good = IS(child_run(crowds), EXITED(0));
    return IS(child_run(takes_all), EXITED(0)) && good;
}

static volatile uint32_t *board;

/* Leaves every second page free. */
static int holds_what_is_between(void)
{
    uint32_t free = memory_now().free, pages = free - beside(free);
    char *area = mmap(NULL, pages * PAGE);

    if (area == MAP_FAILED) {
        *board = 2;
        return 1;
    }
    for (uint32_t i = 0; i < pages; i++)
        area[i * PAGE] = 1;
    for (uint32_t i = 0; i < pages; i += 2)
        munmap(area + i * PAGE, PAGE);
    *board = 1;
    for (;;)
        sleep(1000);
}

static int crowds_a_little(void)
{
    int started = crowd();
    return started >= 40 ? 0 : 1;
}

/* Kernel objects can be made of any frames: none needs adjacent ones. */
static bool from_single_frames(void)
{
    board = board_open(BOARD);
    pid_t holder = child_start(holds_what_is_between);
    while (*board == 0)
        sched_yield();
    bool good = HOLDS(*board == 1);
    good &= IS(child_run(crowds_a_little), EXITED(0));
    return IS(child_kill(holder), SIGKILL) && IS(shm_close(BOARD), 0) && good;
}

int main(void)
{
    static const struct tap_point points[] = {
        {"little is kept after hundreds of children at once", little_is_kept},
        {"kept memory is given back when memory is short", given_back},
        {"processes where no two free frames adjoin", from_single_frames},
    };
    return TAP_RUN(points);
}
