/* The children of t_random: some take steps, too, and end in several ways; some work until they are killed. */
#include "tests/system/programs/child.h"
#include "tests/system/programs/random.h"
#include "tests/system/programs/tap.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILD_STEPS = 60, GOOD = 3, WRONG = 4 };

bool is_child;

/* ------------------------------------------------------------------------- children that take steps */

/* t_random looks FD SUM CLOSED: the next program has that descriptor, with these contents, or it must have been
 * closed. */
int processes_looks(char **arguments)
{
    int fd = atoi(arguments[0]);
    bool is_open = fcntl(fd, F_GETFD) >= 0, was_to_close = atoi(arguments[2]) != 0;

    if (is_open == was_to_close)
        return WRONG;
    return is_open && files_sum(fd) != strtoul(arguments[1], NULL, 16) ? WRONG : GOOD;
}

static int executes(void)
{
    char words[3][12];
    char *const arguments[] = {"t_random", "looks", words[0], words[1], words[2], NULL};
    uint32_t sum = 0;
    int fd = files_any(&sum);

    if (fd < 0)
        return GOOD;
    snprintf(words[0], sizeof words[0], "%d", fd);
    snprintf(words[1], sizeof words[1], "%lx", (unsigned long)sum);
    snprintf(words[2], sizeof words[2], "%d", (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    execv("/tests/t_random", arguments);
    return WRONG;
}

/* Accesses a page behind the end of a file that was cut. */
static int touches(void)
{
    const volatile unsigned char *page = maps_lost_page();

    if (!page)
        return GOOD;
    (void)*page;
    return WRONG;
}

bool all_is_right(void)
{
    return memory_is_right() && files_are_right() && maps_are_right();
}

static uint32_t own_ids(void)
{
    uint32_t ids = 0;

    for (unsigned i = 0; i < IDS; i++)
        ids |= (uint32_t)(own.opens[i] > 0) << i;
    return ids;
}

static int takes_steps(void)
{
    uint32_t inherited = own_ids();

    is_child = true;
    files_pin();
    bool good = all_is_right();
    for (unsigned i = below(CHILD_STEPS); i > 0; i--)
        good = any_step() && good;
    if (!good || !all_is_right())
        return WRONG;
    memory_close_others(inherited);
    switch (below(5)) {
    case 0:
        return *(volatile int *)PAGE;
    case 1:
        kill(getpid(), SIGKILL);
        return WRONG;
    case 2:
        return executes();
    case 3:
        return touches();
    default:
        return GOOD;
    }
}

/* The parent waits; afterwards only its own things are open. */
static bool step_fork(void)
{
    memory_hold_ids(1);
    world->child_ids = own_ids();
    int status = child_run(takes_steps);
    memory_release_child();
    rand();
    return HOLDS(status == SIGSEGV || status == SIGBUS || status == SIGKILL || status == EXITED(GOOD)) &&
           all_is_right();
}

/* --------------------------------------------------------------------------------- some that are killed */

static enum { WORKS, FORKS, READS, WRITES, SLEEPS, WAYS } way;

static int fork_and_exec(void)
{
    if (below(2))
        child_exec("/tests/t_random", "exit");
    return 0;
}

/* It may be killed in the middle of anything. */
static int works_forever(void)
{
    memory_close_ids();
    for (unsigned round = 0;; round++) {
        memory_churn(round);
        files_churn(round);
        if (way == FORKS)
            child_start(fork_and_exec);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
    }
}

static int waits_forever(void)
{
    char block[PAGE] = "";
    int ends[2];

    memory_close_ids();
    if (pipe(ends))
        return WRONG;
    while (way == WRITES && write(ends[1], block, sizeof block) > 0)
        continue;
    while (way == READS && read(ends[0], block, sizeof block) > 0)
        continue;
    for (;;)
        sleep(1);
}

/* Changes nothing in the model. The child's own children end a little later. */
static bool step_kill(void)
{
    way = below(WAYS);
    memory_hold_ids(1);
    pid_t child = child_start(way <= FORKS ? works_forever : waits_forever);
    for (unsigned i = below(4); i > 0; i--)
        sched_yield();
    if (below(4) == 0)
        usleep(10000);
    bool good = IS(child_kill(child), SIGKILL);
    memory_hold_ids(-1);
    if (way == FORKS)
        usleep(30000);
    files_forget_churn();
    return good;
}

bool processes_step(void)
{
    if (is_child)
        return true;
    return below(8) ? step_fork() : step_kill();
}
