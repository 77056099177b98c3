/* The walks of bench_walks with the console. */
#include "programs/bench/walks.h"

#include "servers/proto/console.h"
#include "servers/proto/slots.h"

#include <stdio.h>
#include <unistd.h>

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

/* The bench types an empty line after it has seen this one. */
static void read_one(void)
{
    char byte;

    walk("key");
    walk_begins();
    printf("bench: all are there\n");
    fflush(stdout);
    ssize_t got = read(0, &byte, 1);
    walk_ends();
    must(got == 1);
}

void walk_console(void)
{
    print_one();
    read_one();
}
