/*
 * Thousands of runs of the pattern of shm_cnt in one boot, without losing a frame.
 *
 * run: --smp 1
 * run: --smp 2
 * run: --smp 4
 */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/mem/shm.h"
#include "libuser/mem/uspinlock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEGMENT = 1, RUNS = 500, INCREMENTS = 100 };

struct shared {
    struct uspinlock lock;
    volatile uint32_t arrived;
    volatile int count;
};

/* Calls `runs` times; after each call the memory must be as after the first. */
static bool repeated(bool (*round)(void), int runs)
{
    bool good = round();
    struct memory first = memory_now();

    while (good && runs-- > 0) {
        good = round();
        struct memory now = memory_now();
        good = good && IS(now.free, first.free) && IS(now.segments, first.segments);
    }
    return good;
}

/* Neither closes for good before the other has come. */
static void count(struct shared *shared)
{
    uacquire(&shared->lock);
    shared->arrived++;
    urelease(&shared->lock);
    flag_await(&shared->arrived, 2);
    for (int i = 0; i < INCREMENTS; i++) {
        uacquire(&shared->lock);
        shared->count++;
        urelease(&shared->lock);
    }
}

static struct shared *attach(void)
{
    char *page = NULL;

    if (shm_open(SEGMENT, &page) != 0)
        exit(1);
    return (struct shared *)page;
}

static int counts_and_closes(void)
{
    count(attach());
    return shm_close(SEGMENT);
}

static int counts_and_exits(void)
{
    count(attach());
    return 0;
}

/* Both open before fork or after it, and close in either order. */
static bool round_of(int (*child)(void), bool opened_before)
{
    struct shared *shared = opened_before ? attach() : NULL;
    pid_t pid = child_start(child);

    if (!shared)
        shared = attach();
    count(shared);
    bool good = IS(child_end(pid), EXITED(0)) && IS(shared->count, 2 * INCREMENTS);
    return IS(shm_close(SEGMENT), 0) && good;
}

static bool round_after_fork(void)
{
    return round_of(counts_and_closes, false);
}

static int inherits_and_closes(void)
{
    return counts_and_closes() == 0 ? shm_close(SEGMENT) : 1;
}

static bool round_before_fork(void)
{
    return round_of(inherits_and_closes, true);
}

static bool round_without_close(void)
{
    return round_of(counts_and_exits, false);
}

static int execs_shm_cnt(void)
{
    static char *const arguments[] = {"shm_cnt", "-i", "100", NULL};

    execv("shm_cnt", arguments);
    return 126;
}

static bool round_of_exec(void)
{
    return IS(child_run(execs_shm_cnt), EXITED(0));
}

static bool forked_after(void)
{
    return repeated(round_after_fork, RUNS);
}

static bool forked_before(void)
{
    return repeated(round_before_fork, RUNS);
}

static bool closed_by_exit(void)
{
    return repeated(round_without_close, RUNS);
}

static bool shm_cnt(void)
{
    return repeated(round_of_exec, RUNS / 2);
}

static const struct tap_point points[] = {
    {"1000 rounds, opened after fork", forked_after},
    {"1000 rounds, opened before fork", forked_before},
    {"1000 rounds, closed by exit", closed_by_exit},
    {"500 runs of shm_cnt by fork and exec", shm_cnt},
};

int main(void)
{
    return TAP_RUN(points);
}
