/*
 * repeat N PROGRAM [ARG...]: runs the program N times, one after the other.
 *
 * It stops at the first run that does not exit with 0, and says so. At the end it writes the number of runs, and
 * whether the memory server has as many free frames and segments as after the first run, which may keep what it needed
 * for the first time. Exit status: 0; 1 if a run failed or something was not given back; 2 for wrong usage.
 */
#include "libuser/ipc/ipc.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct memory {
    uint32_t free, total, segments;
};

static struct memory memory_now(void)
{
    struct memory now = {0, 0, 0};

    if (mem_info(CLIENT_SLOT_MEM, &now.free, &now.total, &now.segments) != 0) {
        fprintf(stderr, "repeat: cannot get memory usage\n");
        exit(1);
    }
    return now;
}

/* The wait status of one run; -1 if it could not start. */
static int run(char **arguments)
{
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        execvp(arguments[0], arguments);
        perror(arguments[0]);
        exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        perror("repeat");
    return status;
}

static void explain(long n, int status)
{
    if (WIFSIGNALED(status))
        fprintf(stderr, "repeat: run %ld was ended, reason %d\n", n, WTERMSIG(status));
    else
        fprintf(stderr, "repeat: run %ld exited with %d\n", n, WEXITSTATUS(status));
}

/* True if nothing is missing. */
static int report(long runs, struct memory first, struct memory last)
{
    int lost = (int)(first.free - last.free), open = (int)(last.segments - first.segments);

    printf("repeat: %ld run%s", runs, runs == 1 ? "" : "s");
    if (lost || open)
        printf(", %d frames lost, %d segments left open\n", lost, open);
    else
        printf(", all memory given back: %u frames free\n", (unsigned)last.free);
    return !lost && !open;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    long wanted = argc > 2 ? strtol(argv[1], &end, 10) : 0, n = 0;
    struct memory first = {0, 0, 0};
    int status = 0;

    if (wanted < 1 || *end) {
        fprintf(stderr, "usage: repeat N PROGRAM [ARG...]\n");
        return 2;
    }
    while (n < wanted && status == 0) {
        status = run(argv + 2);
        if (++n == 1)
            first = memory_now();
    }
    if (status)
        explain(n, status);
    return !report(n, first, memory_now()) || status != 0;
}
