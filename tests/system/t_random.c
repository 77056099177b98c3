/*
 * 100,000 random steps: open, close, map, unmap, grow, shrink, write, fork, exec, fault, kill; what
 * is read is compared with a model, what is free at the end with what was free before.
 *
 * run: --timeout 300
 */
#include "libuser/mem/mmap.h"
#include "libuser/mem/sbrk.h"
#include "tests/system/child.h"
#include "tests/system/tap.h"

#include "libuser/mem/shm.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    STEPS = 25000,
    CHILD_STEPS = 60,
    IDS = 16,
    AREA_PAGES = 64,
    HEAP_PAGES = 32,
    BOARD = -23,
};

#define AREA ((char *)0x50000000)

/* A process's own part of the model: what it has open, mapped, in its heap. */
static struct {
    unsigned opens[IDS];
    volatile uint32_t *segments[IDS];
    bool mapped[AREA_PAGES];
    uint32_t area[AREA_PAGES]; /* the first word of each page */
    unsigned heap_pages;
    uint32_t heap[HEAP_PAGES];
    char *heap_start;
} own;

/* The common part, in a segment that all inherit. One process at a time changes it. */
static struct board {
    uint32_t holders[IDS]; /* processes that have it open */
    uint32_t words[IDS];   /* its first word */
} * board;

static bool is_child;

static unsigned below(unsigned limit)
{
    return (unsigned)rand() % limit;
}

static volatile uint32_t *area_word(unsigned page)
{
    return (volatile uint32_t *)(AREA + page * PAGE);
}

static volatile uint32_t *heap_word(unsigned page)
{
    return (volatile uint32_t *)(own.heap_start + page * PAGE);
}

/* ----------------------------------------------------------------------------------- segments */

static bool step_open(void)
{
    unsigned id = below(IDS);
    char *page = NULL;

    if (!IS(shm_open((int)id, &page), 0))
        return false;
    if (own.opens[id]++ == 0) {
        if (board->holders[id]++ == 0)
            board->words[id] = 0;
        own.segments[id] = (volatile uint32_t *)page;
    }
    return IS(page, own.segments[id]) && IS(*own.segments[id], board->words[id]);
}

static bool step_close(void)
{
    unsigned id = below(IDS);

    if (own.opens[id] == 0)
        return FAILS(shm_close((int)id), ENOENT);
    if (--own.opens[id] == 0)
        board->holders[id]--;
    return IS(shm_close((int)id), 0);
}

static bool step_use(void)
{
    unsigned id = below(IDS);

    if (own.opens[id] == 0)
        return true;
    bool good = IS(*own.segments[id], board->words[id]);
    *own.segments[id] = board->words[id] = (uint32_t)rand();
    return good;
}

/* ----------------------------------------------------------------------------------- mappings */

static void random_range(unsigned *first, unsigned *pages)
{
    *first = below(AREA_PAGES);
    *pages = 1 + below(AREA_PAGES - *first < 8 ? AREA_PAGES - *first : 8);
}

static bool step_map(void)
{
    unsigned first, pages, taken = 0;

    random_range(&first, &pages);
    for (unsigned i = first; i < first + pages; i++)
        taken += own.mapped[i];
    char *at = AREA + first * PAGE;
    if (taken)
        return FAILS(mmap(at, pages * PAGE), EEXIST);
    for (unsigned i = first; i < first + pages; i++) {
        own.mapped[i] = true;
        own.area[i] = 0;
    }
    return IS(mmap(at, pages * PAGE), at);
}

static bool step_unmap(void)
{
    unsigned first, pages;

    random_range(&first, &pages);
    memset(&own.mapped[first], 0, pages * sizeof(own.mapped[0]));
    return IS(munmap(AREA + first * PAGE, pages * PAGE), 0);
}

static bool step_write(void)
{
    unsigned page = below(AREA_PAGES);

    if (!own.mapped[page])
        return true;
    bool good = IS(*area_word(page), own.area[page]);
    *area_word(page) = own.area[page] = (uint32_t)rand();
    return good;
}

/* --------------------------------------------------------------------------------------- heap */

static bool step_grow(void)
{
    unsigned pages = below(4);

    if (own.heap_pages + pages > HEAP_PAGES)
        return true;
    bool good = IS(tally_sbrk((intptr_t)pages * PAGE), heap_word(own.heap_pages));
    for (; pages; pages--) {
        good = IS(*heap_word(own.heap_pages), 0) && good;
        *heap_word(own.heap_pages) = own.heap[own.heap_pages] = (uint32_t)rand();
        own.heap_pages++;
    }
    return good;
}

static bool step_shrink(void)
{
    unsigned pages = below(own.heap_pages + 1);
    bool good = true;

    for (unsigned i = 0; i < own.heap_pages; i++)
        good = IS(*heap_word(i), own.heap[i]) && good;
    own.heap_pages -= pages;
    return HOLDS(tally_sbrk(-(intptr_t)pages * PAGE) != (void *)-1) && good;
}

/* ---------------------------------------------------------------------------------- processes */

static bool step(void);

static bool all_is_right(void)
{
    bool good = true;

    for (unsigned i = 0; i < IDS; i++)
        good = (!own.opens[i] || IS(*own.segments[i], board->words[i])) && good;
    for (unsigned i = 0; i < AREA_PAGES; i++)
        good = (!own.mapped[i] || IS(*area_word(i), own.area[i])) && good;
    for (unsigned i = 0; i < own.heap_pages; i++)
        good = IS(*heap_word(i), own.heap[i]) && good;
    return good;
}

static int takes_steps(void)
{
    bool good = all_is_right();

    is_child = true;
    for (unsigned i = 0; i < IDS; i++)
        board->holders[i] += own.opens[i] > 0;
    for (unsigned i = below(CHILD_STEPS); i > 0; i--)
        good = step() && good;
    if (!good || !all_is_right())
        return 1;
    switch (below(4)) {
    case 0:
        return *(volatile int *)PAGE;
    case 1:
        kill(getpid(), SIGKILL);
        return 2;
    case 2:
        child_exec("t_random", "exit");
    default:
        return 3;
    }
}

/* The parent waits; then only what it has open itself is open. */
static bool step_fork(void)
{
    int status = child_run(takes_steps);

    for (unsigned i = 0; i < IDS; i++)
        board->holders[i] = own.opens[i] > 0;
    rand();
    return HOLDS(status == SIGSEGV || status == SIGKILL || status == EXITED(0) ||
                 status == EXITED(3)) &&
           all_is_right();
}

static void maps_and_unmaps(void)
{
    char *map = mmap(NULL, 3 * PAGE);

    map[PAGE] = 1;
    munmap(map, 2 * PAGE);
}

static bool forks;

/* Changes nothing of the model; ends in the middle of something. */
static int works_forever(void)
{
    for (int i = 0;; i++) {
        int id = 1000 + i % 40;
        char *page;
        if (shm_open(id, &page) == 0)
            *page = 1;
        maps_and_unmaps();
        if (i % 3 == 0)
            shm_close(id);
        tally_sbrk(i % 2 ? PAGE : -PAGE);
        if (i % 200 == 0)
            munmap((void *)0x40000000, 0x10000000);
        if (forks && fork() == 0)
            exit(0);
        wait(NULL);
    }
}

/* What it has forked has our segments open, too, until it has ended. */
static bool step_kill(void)
{
    forks = below(10) == 0;
    pid_t child = child_start(works_forever);
    if (below(2))
        sched_yield();
    bool good = IS(child_kill(child), SIGKILL);
    if (forks)
        usleep(30000);
    return good;
}

/* ---------------------------------------------------------------------------------------- run */

static bool step(void)
{
    static bool (*const steps[])(void) = {step_open,  step_close, step_use,   step_use,  step_map,
                                          step_unmap, step_write, step_write, step_write};
    unsigned choice = below(1000);

    if (choice < 900)
        return steps[choice % (sizeof(steps) / sizeof(steps[0]))]();
    if (choice < 930)
        return step_grow();
    if (choice < 960)
        return step_shrink();
    if (is_child)
        return true;
    return choice < 996 ? step_fork() : step_kill();
}

/* What is open is what the model says; a killed process's orphans may still be about to end. */
static bool segments_are_right(void)
{
    unsigned open = 1;

    for (unsigned i = 0; i < IDS; i++)
        open += own.opens[i] > 0;
    for (int i = 0; i < 5 && memory_now().segments != open; i++)
        usleep(10000);
    return IS(memory_now().segments, open);
}

static unsigned seed;

static int walks(void)
{
    bool good = true;

    srand(seed);
    own.heap_start = tally_sbrk(0);
    for (int i = 0; i < STEPS && good; i++) {
        good = step();
        if (i % 1000 == 0)
            good = segments_are_right() && all_is_right() && good;
        if (!good)
            printf("# at step %d of seed %u\n", i, seed);
    }
    return good ? 0 : 1;
}

static bool random_walk(void)
{
    char *page = NULL;
    bool good = IS(shm_open(BOARD, &page), 0);

    seed++;
    board = (struct board *)(void *)page;
    good = IS(child_run(walks), EXITED(0)) && good;
    usleep(30000);
    return IS(shm_close(BOARD), 0) && good;
}

static const struct tap_point points[] = {{"50000 random steps", random_walk}};

int main(int argc, char **argv)
{
    (void)argv;
    return argc > 1 ? 0 : TAP_RUN(points);
}
