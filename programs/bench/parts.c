#include "programs/bench/parts.h"

#include "programs/bench/rows.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { A_DAY = 24 * 60 * 60 };

__attribute__((noinline)) void part_begins(void)
{
    __asm__ volatile("");
}

void part(const char *name)
{
    part_begins();
    printf("bench: part %s\n", name);
    fflush(stdout);
    usleep(SETTLED);
}

void check(bool good, const char *what)
{
    if (!good)
        rows_fail(what);
}

pid_t child_start(void (*run)(void))
{
    pid_t child = fork();

    check(child >= 0, "fork");
    if (child)
        return child;
    run();
    _exit(0);
}

void child_wait(pid_t child, int expected)
{
    int status = -1;

    check(waitpid(child, &status, 0) == child && status == expected, "waitpid");
}

void child_run(void (*run)(void))
{
    child_wait(child_start(run), 0);
}

void nothing(void)
{
}

void sleep_long(void)
{
    for (;;)
        sleep(A_DAY);
}

void sleep_shortly(void)
{
    check(usleep(200000) == 0, "usleep");
}
