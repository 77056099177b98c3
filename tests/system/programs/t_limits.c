/*
 * Limits of memory and of processes, permission to kill, and honest programs next to greedy ones.
 *
 * run: --smp 4
 * run: --smp 1
 * run: --memory 1200
 */
#include "libuser/mem/mmap.h"
#include "libuser/mem/sbrk.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/ipc/ipc.h"
#include "libuser/mem/shm.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, BOARD = -61, KIB = 1024, NPROC = 12 };

static volatile uint32_t *board; /* in a segment that all inherit: [0] the turn, [1] a number */

static bool begin(void)
{
    char *page = NULL;
    bool good = IS(shm_open(BOARD, &page), 0);

    board = (volatile uint32_t *)page;
    board[0] = board[1] = 0;
    return good;
}

static bool end(bool good)
{
    return IS(shm_close(BOARD), 0) && good;
}

static int limit(int resource, rlim_t value)
{
    return setrlimit(resource, &(struct rlimit){value, value});
}

static rlim_t limit_now(int resource)
{
    struct rlimit now = {0, 0};
    return IS(getrlimit(resource, &now), 0) && HOLDS(now.rlim_cur == now.rlim_max) ? now.rlim_cur : 0;
}

static int sleeps(void)
{
    for (;;)
        sleep(1000);
}

/* -------------------------------------------------------------------------------------- refused */

static bool refusals(void)
{
    struct rlimit now = {5, 4};
    rlim_t bytes = limit_now(RLIMIT_AS), processes = limit_now(RLIMIT_NPROC);
    pid_t other = child_start(sleeps); /* it shares the limit */

    bool good = FAILS(getrlimit(77, &now), EINVAL) && FAILS(setrlimit(77, &now), EINVAL);
    good = FAILS(setrlimit(RLIMIT_AS, &now), EINVAL) && FAILS(getrlimit(RLIMIT_AS, (void *)16), EFAULT) && good;
    good = FAILS(setrlimit(RLIMIT_AS, (void *)16), EFAULT) && good;
    good = FAILS(limit(RLIMIT_AS, bytes + PAGE), EPERM) && FAILS(limit(RLIMIT_AS, RLIM_INFINITY), EPERM) && good;
    good = FAILS(limit(RLIMIT_NPROC, processes + 1), EPERM) && FAILS(limit(RLIMIT_NPROC, RLIM_INFINITY), EPERM) && good;
    good = FAILS(limit(RLIMIT_AS, PAGE), EINVAL) && FAILS(limit(RLIMIT_NPROC, 0), EINVAL) && good;
    good = FAILS(limit(RLIMIT_AS, bytes - PAGE), ENOMEM) && FAILS(limit(RLIMIT_NPROC, processes - 1), ENOMEM) && good;
    good = IS(limit(RLIMIT_AS, bytes), 0) && IS(limit(RLIMIT_NPROC, processes), 0) && good;
    good = HOLDS(limit_now(RLIMIT_AS) == bytes && limit_now(RLIMIT_NPROC) == processes) && good;
    return IS(child_kill(other), SIGKILL) && good;
}

/* --------------------------------------------------------------------------------------- memory */

static int maps_all(void)
{
    int pages = 0;

    for (uint32_t step = 256; step; step /= 2)
        while (mmap(NULL, step * PAGE) != MAP_FAILED)
            pages += (int)step;
    return pages;
}

static int maps_and_exits(void)
{
    return maps_all() ? 0 : 1;
}

/* It and its child together have no more than that; then they are refused. What they have can be touched. */
static int is_bound(void)
{
    char *area = NULL;
    bool good = IS(limit(RLIMIT_AS, 1024 * KIB), 0) && HOLDS(limit_now(RLIMIT_AS) == 1024 * KIB);

    good = FAILS(mmap(NULL, 1024 * KIB), ENOMEM) && good;
    pid_t child = child_start(maps_and_exits);
    good = IS(child_end(child), EXITED(0)) && HOLDS((area = mmap(NULL, 64 * PAGE)) != MAP_FAILED) && good;
    if (good)
        memset(area, 1, 64 * PAGE);
    int pages = maps_all();
    good = FAILS(mmap(NULL, PAGE), ENOMEM) && FAILS(fork(), ENOMEM) &&
           FAILS(tally_sbrk(PAGE) == (void *)-1 ? -1 : 0, ENOMEM) && good;
    good = HOLDS(pages > 16 && pages < 256) && FAILS(limit(RLIMIT_AS, 2048 * KIB), EPERM) && good;
    return good ? 0 : 1;
}

static bool memory_is_bound(void)
{
    return IS(child_run(is_bound), EXITED(0));
}

/* So many children at once, each with a task, a thread and tables. */
static bool has_children(int count)
{
    pid_t children[8];
    int n = 0;

    while (n < count && (children[n] = child_start(sleeps)) > 0)
        n++;
    bool good = IS(n, count);
    while (n-- > 0)
        good = IS(child_kill(children[n]), SIGKILL) && good;
    return good;
}

/* Memory under its own limit is available, though another process has all the rest. */
static int keeps_its_own(void)
{
    bool good = IS(limit(RLIMIT_AS, 2048 * KIB), 0);

    board[0] = 1;
    flag_await(&board[0], 2);
    char *area = mmap(NULL, 64 * PAGE);
    good = HOLDS(area != MAP_FAILED) && good;
    if (good)
        memset(area, 1, 64 * PAGE);
    return has_children(3) && good ? 0 : 1;
}

static int takes_the_rest(void)
{
    flag_await(&board[0], 1);
    maps_all();
    board[0] = 2;
    for (;;)
        sleep(1000);
}

static bool own_memory_is_kept(void)
{
    bool good = begin();
    pid_t owner = child_start(keeps_its_own), greedy = child_start(takes_the_rest);

    good = IS(child_end(owner), EXITED(0)) && good;
    return end(IS(child_kill(greedy), SIGKILL) && good);
}

/* ------------------------------------------------------------------------------------ processes */

static int counts(void)
{
    static pid_t children[NPROC];
    bool good = IS(limit(RLIMIT_NPROC, NPROC), 0);
    int n = 0;

    while (n < NPROC && (children[n] = child_start(sleeps)) > 0)
        n++;
    good = IS(n, NPROC - 1) && IS(errno, EAGAIN) && FAILS(limit(RLIMIT_NPROC, NPROC - 1), ENOMEM) && good;
    good = IS(kill(children[0], SIGKILL), 0) && FAILS(fork(), EAGAIN) && good; /* not yet waited for */
    good = IS(child_end(children[0]), SIGKILL) && good;
    good = IS(child_run(maps_and_exits), EXITED(0)) && good;
    while (--n > 0)
        good = IS(child_kill(children[n]), SIGKILL) && good;
    return good ? 0 : 1;
}

static bool processes_are_bound(void)
{
    return IS(child_run(counts), EXITED(0));
}

static uint32_t ticks(void)
{
    uint32_t now = 0;
    return IS(proc_uptime(CLIENT_SLOT_PROC, &now), 0) ? now : 0;
}

static uint32_t processes_now(void)
{
    uint32_t limit = 0, used = 0;
    return IS(proc_get_limit(CLIENT_SLOT_PROC, &limit, &used), 0) ? used : 0;
}

/* Until it is told to stop. */
static int forks(void)
{
    if (limit(RLIMIT_NPROC, 16) == 0)
        while (board[0] == 0)
            fork();
    return 0;
}

static int ends_at_once(void)
{
    return 0;
}

/* A sleeper may be late by one turn of all processes under the limit. */
static bool bomb_leaves_others_be(void)
{
    bool good = begin();
    uint32_t before = processes_now();
    pid_t bomb = child_start(forks);
    uint32_t begun = ticks();

    sleep(1);
    good = HOLDS(ticks() - begun <= 125) && good;
    for (int i = 0; i < 2; i++)
        good = IS(child_run(ends_at_once), EXITED(0)) && good;
    board[0] = 1;
    good = IS(child_end(bomb), EXITED(0)) && good;
    while (processes_now() > before)
        usleep(10000);
    return end(good);
}

/* ------------------------------------------------------------------------------ who may end whom */

static int is_hard_to_kill(void)
{
    board[1] = (uint32_t)getpid();
    board[0] = 1;
    flag_await(&board[0], 2);
    return 7;
}

/* All processes except itself and its descendants. */
static int kills_all(void)
{
    bool good = true;

    flag_await(&board[0], 1);
    for (pid_t pid = 1; pid <= (pid_t)board[2]; pid++)
        good = HOLDS(kill(pid, SIGKILL) == -1 && (errno == EPERM || errno == ESRCH)) && good;
    good = FAILS(kill((pid_t)board[1], SIGKILL), EPERM) && FAILS(kill((pid_t)board[1], 0), EPERM) && good;
    board[0] = 2;
    return good ? 0 : 1;
}

static bool strangers_are_safe(void)
{
    bool good = begin();

    board[2] = (uint32_t)getpid();
    pid_t victim = child_start(is_hard_to_kill), killer = child_start(kills_all);
    good = IS(child_end(killer), EXITED(0)) && IS(child_end(victim), EXITED(7)) && good;
    return end(good);
}

/* The first has a child that has a child, and ends: the process that started the first is responsible for both now. */
static int leaves_two_behind(void)
{
    if (fork() > 0)
        return 0;
    pid_t child = fork();
    if (child > 0)
        board[1] = (uint32_t)child;
    board[child > 0 ? 3 : 4] = 1;
    return sleeps();
}

static bool orphans_can_be_ended(void)
{
    bool good = begin();

    board[3] = board[4] = 0;
    good = IS(child_run(leaves_two_behind), EXITED(0)) && good;
    flag_await(&board[3], 1);
    flag_await(&board[4], 1);
    pid_t grandchild = (pid_t)board[1];
    good = FAILS(waitpid(-1, NULL, 0), ECHILD) && FAILS(waitpid(grandchild, NULL, 0), ECHILD) && good;
    good = IS(kill(grandchild - 1, SIGKILL), 0) && IS(kill(grandchild, 0), 0) && good;
    good = IS(kill(grandchild, SIGKILL), 0) && FAILS(kill(grandchild, 0), ESRCH) && good;
    return end(FAILS(waitpid(-1, NULL, 0), ECHILD) && good);
}

/* ------------------------------------------------------------------------- beside greedy programs */

static int needs_some_stack(void)
{
    volatile char frame[24 * KIB];

    flag_await(&board[0], 2);
    memset((char *)frame, 1, sizeof frame);
    return frame[5] - 1;
}

static bool stack_is_promised(void)
{
    bool good = begin();
    pid_t innocent = child_start(needs_some_stack);

    board[0] = 1;
    pid_t greedy = child_start(takes_the_rest);
    good = IS(child_end(innocent), EXITED(0)) && good;
    return end(IS(child_kill(greedy), SIGKILL) && good);
}

/* One touched page in each 2 MiB: each needs a table. */
static int takes_all_tables(void)
{
    static char *pages[400];
    unsigned count = 0;

    flag_await(&board[0], 1);
    for (uint32_t at = 0x40000000; count < 400; at += 0x200000)
        pages[count++] = mmap((char *)at, PAGE);
    maps_all();
    for (unsigned i = 0; i < count; i++)
        if (pages[i] != MAP_FAILED)
            pages[i][0] = 1;
    board[0] = 2;
    return sleeps();
}

static int touches_what_it_has(void)
{
    char *area = mmap((char *)0x60000000, 4 * PAGE);

    board[0] = 1;
    flag_await(&board[0], 2);
    if (area == MAP_FAILED)
        return 1;
    area[0] = 1;
    return 0;
}

static bool tables_are_promised(void)
{
    bool good = begin();
    pid_t innocent = child_start(touches_what_it_has), greedy = child_start(takes_all_tables);

    good = IS(child_end(innocent), EXITED(0)) && good;
    return end(IS(child_kill(greedy), SIGKILL) && good);
}

static int holds_next_arguments(void)
{
    board[0] = IS(proc_args_put(CLIENT_SLOT_PROC, 0, 1), 0) ? 1 : 2;
    return sleeps();
}

static int holds_arguments(void)
{
    static char text[232]; /* with the name it fits into a message */

    memset(text, 'a', sizeof text - 1);
    char *const arguments[] = {"/tests/t_limits", text, NULL};
    execv("/tests/t_limits", arguments);
    return 9;
}

static int runs_with_an_argument(void)
{
    char *const arguments[] = {"/tests/t_limits", "exit", NULL};
    execv("/tests/t_limits", arguments);
    return errno;
}

/* All long blocks are taken, and many short ones: others can still run programs. */
static bool arguments_are_promised(void)
{
    enum { LONG = 64, SHORT = 40 };
    pid_t children[LONG + SHORT];
    bool good = begin();
    int n = 0;

    for (; n < LONG; n++) {
        board[0] = 0;
        children[n] = child_start(holds_next_arguments);
        flag_await(&board[0], 1);
        good = IS(board[0], 1) && good;
    }
    good = IS(proc_args_put(CLIENT_SLOT_PROC, 0, 1), -E2BIG) && good;
    for (; n < LONG + SHORT; n++)
        children[n] = child_start(holds_arguments);
    good = IS(child_run(runs_with_an_argument), EXITED(0)) && good;
    while (n-- > 0)
        good = IS(child_kill(children[n]), SIGKILL) && good;
    return end(good);
}

/* ---------------------------------------------------------------------------------------- pipes */

enum { PIPES = 6 };

/* From when all are there until all may end. */
static int takes_pipes(void)
{
    int ends[2];

    flag_await(&board[0], 1);
    while (pipe(ends) == 0)
        continue;
    bool good = errno == ENFILE || errno == EMFILE;
    __atomic_add_fetch(&board[1], 1, __ATOMIC_SEQ_CST);
    flag_await(&board[0], 2);
    return good ? 0 : 1;
}

static int takes_pipes_with_children(void)
{
    pid_t children[NPROC - 1];
    bool good = IS(limit(RLIMIT_NPROC, NPROC), 0);

    for (int i = 0; i < NPROC - 1; i++)
        children[i] = child_start(takes_pipes);
    board[0] = 1;
    good = IS(takes_pipes(), 0) && good;
    for (int i = 0; i < NPROC - 1; i++)
        good = IS(child_end(children[i]), EXITED(0)) && good;
    return good ? 0 : 1;
}

/* What the greedy process and its children can have is not everything. */
static bool pipes_of_others_are_kept(void)
{
    bool good = begin();
    int ends[PIPES][2], n = 0;
    pid_t greedy = child_start(takes_pipes_with_children);

    flag_await(&board[1], NPROC);
    while (n < PIPES && pipe(ends[n]) == 0)
        n++;
    good = IS(n, PIPES) && good;
    while (n-- > 0)
        good = IS(close(ends[n][0]), 0) && IS(close(ends[n][1]), 0) && good;
    board[0] = 2;
    return end(IS(child_end(greedy), EXITED(0)) && good);
}

int main(int argc, char **argv)
{
    static const struct tap_point points[] = {
        {"limits that are refused", refusals},
        {"a limit of memory binds a process and its children", memory_is_bound},
        {"memory within a limit is available, whatever others take", own_memory_is_kept},
        {"a limit of processes", processes_are_bound},
        {"a fork bomb under its limit does not disturb others", bomb_leaves_others_be},
        {"no process can kill one that it did not start", strangers_are_safe},
        {"orphans are killed by the process that started their parent", orphans_can_be_ended},
        {"part of the stack is promised", stack_is_promised},
        {"the table of a promised page is promised", tables_are_promised},
        {"room for arguments is promised", arguments_are_promised},
        {"a process that makes all pipes it may leaves others theirs", pipes_of_others_are_kept},
    };

    if (argc > 1 && strlen(argv[1]) > 100)
        return sleeps();
    return argc > 1 ? 0 : TAP_RUN(points);
}
