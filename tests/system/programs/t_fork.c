/* fork: copy on write in every order, shared pages, limits, the FPU's state. */
#include "libuser/mem/mmap.h"
#include "tests/system/programs/board.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "kernel/abi/abi.h"
#include "libuser/mem/shm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, BOARD = -9, MANY = 20, PAGES = 64, DEPTH = 40 };

#define AREA ((volatile uint32_t *)0x50000000)
enum { STEP = PAGE / 4 }; /* words in a page */

/* In a segment that all inherit: [0] is the turn, the others are what was seen. */
static volatile uint32_t *board;

static void begin(void)
{
    board = board_open(BOARD);
}

static bool end(bool good)
{
    return IS(shm_close(BOARD), 0) && good;
}

/* -------------------------------------------------------------------------------- copy on write */

static volatile int value;

static int child_reads_later(void)
{
    flag_await(&board[0], 1);
    return value;
}

static bool parent_writes_first(void)
{
    begin();
    value = 1;
    pid_t child = child_start(child_reads_later);
    value = 2;
    board[0] = 1;
    return end(IS(child_end(child), EXITED(1)) && IS(value, 2));
}

static int child_writes(void)
{
    value = 5;
    board[0] = 1;
    flag_await(&board[0], 2);
    return value;
}

static bool child_writes_first(void)
{
    begin();
    value = 4;
    pid_t child = child_start(child_writes);
    flag_await(&board[0], 1);
    bool good = IS(value, 4);
    value = 6;
    board[0] = 2;
    return end(IS(child_end(child), EXITED(5)) && IS(value, 6) && good);
}

static int exits_at_once(void)
{
    return 0;
}

static bool child_exits_first(void)
{
    value = 7;
    bool good = IS(child_run(exits_at_once), EXITED(0)) && IS(value, 7);
    value = 8;
    return IS(value, 8) && good;
}

static int grandchild_outlives(void)
{
    value = 11;
    if (fork() == 0) {
        flag_await(&board[0], 1);
        board[1] = (uint32_t)value;
        value = 12;
        board[2] = (uint32_t)value;
        board[0] = 2;
        exit(0);
    }
    value = 13;
    return 0;
}

static bool parent_exits_first(void)
{
    begin();
    bool good = IS(child_run(grandchild_outlives), EXITED(0));
    board[0] = 1;
    flag_await(&board[0], 2);
    good = IS(board[1], 11) && IS(board[2], 12) && good;
    usleep(30000); /* no process can wait for it */
    return end(good);
}

static void map_dirty(uint32_t first)
{
    mmap((void *)AREA, PAGES * PAGE);
    for (uint32_t i = 0; i < PAGES; i++)
        AREA[i * STEP] = first + i;
}

static bool area_is(uint32_t first)
{
    bool good = true;

    for (uint32_t i = 0; i < PAGES; i++)
        good = good && IS(AREA[i * STEP], first + i);
    return good;
}

static int rewrites_area(void)
{
    uint32_t mine = (uint32_t)getpid() * 1000;

    if (!area_is(100))
        return 1;
    for (uint32_t i = 0; i < PAGES; i++)
        AREA[i * STEP] = mine + i;
    usleep(20000);
    return area_is(mine) ? 0 : 2;
}

static bool many_children(void)
{
    pid_t children[MANY];
    bool good = true;

    map_dirty(100);
    for (int i = 0; i < MANY; i++)
        children[i] = child_start(rewrites_area);
    good = area_is(100);
    for (int i = 0; i < MANY; i++)
        good = IS(child_end(children[i]), EXITED(0)) && good;
    good = area_is(100) && good;
    return IS(munmap((void *)AREA, PAGES * PAGE), 0) && good;
}

static int waits_for_turn(void)
{
    flag_await(&board[0], 1);
    for (int i = 0; i < 10; i++)
        AREA[i * STEP] = 1;
    board[0] = 2;
    flag_await(&board[0], 3);
    return 0;
}

/* Nothing is copied before it is written, and then only that page. */
static bool copies_are_late(void)
{
    begin();
    map_dirty(1);
    uint32_t before = memory_now().free;
    pid_t child = child_start(waits_for_turn);
    usleep(20000);
    uint32_t forked = memory_now().free;
    board[0] = 1;
    flag_await(&board[0], 2);
    uint32_t written = memory_now().free;
    bool good = HOLDS(before - forked < PAGES / 2) && IS(forked - written, 10);
    board[0] = 3;
    good = IS(child_end(child), EXITED(0)) && good;
    return end(IS(munmap((void *)AREA, PAGES * PAGE), 0) && good);
}

static int writes_untouched(void)
{
    AREA[0] = 9;
    AREA[STEP] = 9;
    return 0;
}

static bool untouched_pages(void)
{
    mmap((void *)AREA, 2 * PAGE);
    uint32_t seen = AREA[STEP];
    bool good = IS(child_run(writes_untouched), EXITED(0)) && IS(AREA[0], 0) && IS(AREA[STEP], 0) && IS(seen, 0);
    return IS(munmap((void *)AREA, 2 * PAGE), 0) && good;
}

static int forks_and_writes(void)
{
    pid_t child = fork();

    AREA[0] += child == 0 ? 100 : 10;
    if (child == 0)
        exit((int)AREA[0]);
    int status = child_end(child);
    return status == EXITED(101) && AREA[0] == 11 ? 0 : 1;
}

static bool three_generations(void)
{
    mmap((void *)AREA, PAGE);
    AREA[0] = 1;
    bool good = IS(child_run(forks_and_writes), EXITED(0)) && IS(AREA[0], 1);
    return IS(munmap((void *)AREA, PAGE), 0) && good;
}

static int unmaps(void)
{
    return munmap((void *)AREA, PAGES * PAGE);
}

static bool child_unmaps(void)
{
    map_dirty(50);
    bool good = IS(child_run(unmaps), EXITED(0)) && area_is(50);
    return IS(munmap((void *)AREA, PAGES * PAGE), 0) && good;
}

static int chain(int depth)
{
    volatile int here = depth;
    pid_t child = depth < DEPTH ? fork() : -1;

    if (child == 0)
        exit(chain(depth + 1));
    int status = child < 0 ? 0 : child_end(child);
    board[1]++;
    value = depth;
    return status == 0 && here == depth ? 0 : 1;
}

static bool deep_chain(void)
{
    begin();
    value = -1;
    return end(IS(chain(0), 0) && IS(board[1], DEPTH + 1) && IS(value, 0));
}

static int adds_to_board(void)
{
    board[1]++;
    return child_run(exits_at_once);
}

static bool shared_stays_shared(void)
{
    begin();
    bool good = true;
    for (int i = 0; i < MANY; i++)
        good = IS(child_run(adds_to_board), EXITED(0)) && good;
    return end(IS(board[1], MANY) && good);
}

/* --------------------------------------------------------------------------------------- limits */

static _Noreturn void sleep_on(void)
{
    for (;;)
        sleep(1000);
}

static unsigned reap_all(int status)
{
    unsigned count = 0;

    for (int got; wait(&got) > 0 && got == status;)
        count++;
    return count;
}

static bool until_failure(void)
{
    enum { MOST = 4096 };
    static pid_t children[MOST];
    unsigned n = 0;

    while (n < MOST && (children[n] = fork()) > 0)
        n++;
    if (n < MOST && children[n] == 0)
        sleep_on();
    bool good = HOLDS(n >= 100) && HOLDS(n < 1000) && HOLDS(errno == EAGAIN || errno == ENOMEM);
    for (unsigned i = 0; i < n; i++)
        good = IS(kill(children[i], SIGKILL), 0) && good;
    return IS(reap_all(SIGKILL), n) && FAILS(wait(NULL), ECHILD) && good;
}

static bool until_failure_exited(void)
{
    unsigned n = 0;
    pid_t child;

    while (n < 4096 && (child = fork()) > 0)
        n++;
    if (child == 0)
        exit(0);
    bool good = IS(child, -1);
    return IS(reap_all(EXITED(0)), n) && IS(child_run(exits_at_once), EXITED(0)) && good;
}

static bool thousand_forks(void)
{
    bool good = true;

    for (int i = 0; i < 1000; i++)
        good = good && IS(child_run(exits_at_once), EXITED(0));
    return good;
}

/* ------------------------------------------------------------------------------------------ FPU */

static void fpu_set(uint16_t control)
{
    __asm__ volatile("fninit; fldcw %0; fldpi" : : "m"(control));
}

/* True if the control word is this one and the top of the stack, which is popped, is pi. */
static bool fpu_is(uint16_t control)
{
    uint16_t now;
    uint64_t top;

    __asm__ volatile("fnstcw %0; fstpl %1; fninit" : "=m"(now), "=m"(top));
    return now == control && top == 0x400921fb54442d18;
}

static uint32_t segments(void)
{
    uint16_t fs, gs;

    __asm__ volatile("mov %%fs, %0; mov %%gs, %1" : "=rm"(fs), "=rm"(gs));
    return fs | (uint32_t)gs << 16;
}

enum { CODE_AND_AREA = 0x1b | USER_AREA_SELECTOR << 16 };

/* The child reports whether it has its parent's segment, and loads another. */
static int segments_inherited(void)
{
    const uint32_t inherited = segments();

    __asm__ volatile("mov %0, %%fs" : : "r"(0));
    return inherited == CODE_AND_AREA ? 0 : 1;
}

/* gs belongs to the C library. */
static bool segments_are_copied(void)
{
    __asm__ volatile("mov %0, %%fs" : : "r"(0x1b));
    bool good = IS(child_end(child_start(segments_inherited)), EXITED(0)) && IS(segments(), CODE_AND_AREA);
    __asm__ volatile("mov %0, %%fs" : : "r"(0));
    return good;
}

static int fpu_inherited(void)
{
    return fpu_is(0x0f7f) ? 0 : 1;
}

static bool fpu(void)
{
    fpu_set(0x0f7f);
    pid_t child = child_start(fpu_inherited);
    bool mine = fpu_is(0x0f7f);
    return IS(child_end(child), EXITED(0)) && HOLDS(mine);
}

static int fpu_fresh(void)
{
    uint16_t control;

    __asm__ volatile("fnstcw %0" : "=m"(control));
    fpu_set(0x0c7f);
    for (int i = 0; i < 20; i++) {
        usleep(1);
        __asm__ volatile("fnstcw %0" : "=m"(control));
        if (control != 0x0c7f)
            return 1;
    }
    return fpu_is(0x0c7f) ? 0 : 2;
}

static bool fpu_isolated(void)
{
    pid_t children[4];
    bool good = true;

    for (int i = 0; i < 4; i++)
        children[i] = child_start(fpu_fresh);
    fpu_set(0x0e7f);
    for (int i = 0; i < 4; i++)
        good = IS(child_end(children[i]), EXITED(0)) && good;
    return HOLDS(fpu_is(0x0e7f)) && good;
}

static const struct tap_point points[] = {
    {"the parent writes first", parent_writes_first},
    {"the child writes first", child_writes_first},
    {"the child exits first", child_exits_first},
    {"the parent exits first", parent_exits_first},
    {"many children rewrite the same pages", many_children},
    {"a page is copied when it is written", copies_are_late},
    {"untouched pages", untouched_pages},
    {"three generations write one page", three_generations},
    {"a child's munmap is its own", child_unmaps},
    {"a deep chain", deep_chain},
    {"a shared page stays shared", shared_stays_shared},
    {"fork fails at some number, and all children can be killed", until_failure},
    {"the same with ended children", until_failure_exited},
    {"a thousand forks", thousand_forks},
    {"the child inherits the FPU's state", fpu},
    {"each has its own FPU state", fpu_isolated},
    {"the child inherits fs and gs", segments_are_copied},
};

int main(void)
{
    return TAP_RUN(points);
}
