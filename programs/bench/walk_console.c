/* The walks of bench_walks with the console. */
#include "programs/bench/walks.h"

#include "servers/proto/console.h"
#include "servers/proto/slots.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAUSE = 1000 /* us, within which the parent begins to wait */ };

/* Returns when the output has left the port. */
static void print_one(void)
{
    walk("printf");
    walk_begins();
    printf("bench: line %d\n", 1);
    int error = console_sync(CLIENT_SLOT_CONSOLE);
    walk_ends();
    must(error == 0);
}

/* The bench types an empty line after it has seen this one. It is written only when the reader waits: the key could
 * come before, and the read would find it there. */
static void ask_for_key(void)
{
    usleep(PAUSE);
    printf("bench: all are there\n");
    fflush(stdout);
    _exit(0);
}

static void read_one(void)
{
    char byte;
    pid_t child = fork();

    must(child >= 0);
    if (!child)
        ask_for_key();
    walk("key");
    walk_begins();
    ssize_t got = read(0, &byte, 1);
    walk_ends();
    must(got == 1 && waitpid(child, NULL, 0) == child);
}

void walk_console(void)
{
    print_one();
    read_one();
}
