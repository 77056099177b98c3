/*
 * Input goes to the foreground: to a program and the command that it waits for, not to one in the background,
 * whichever reads first. All of it is typed before anybody reads; every point runs twice.
 *
 * typed: 1
 * typed: 2
 * typed: 3
 * typed: 4
 * typed: 5
 * typed: 6
 * typed: 7
 * typed: 8
 * typed: 9
 * typed: 10
 * typed: 11
 * typed: 12
 */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/mem/shm.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEGMENT = 77, NOTHING = -1 };

static int expected = 1; /* the next line */

/* Reads byte by byte, as xv6's gets() does. */
static int read_number(void)
{
    char line[20], byte = 0;
    int bytes = 0;

    while (byte != '\n' && bytes < (int)sizeof(line) - 1 && read(0, &byte, 1) == 1)
        line[bytes++] = byte;
    line[bytes] = 0;
    return bytes ? atoi(line) : NOTHING;
}

static bool gets_next(void)
{
    return IS(read_number(), expected++);
}

static int child_gets_one(void)
{
    return read_number();
}

/* What a command in the background has read. */
static volatile uint32_t *stolen;

static int steals(void)
{
    for (;;) {
        int number = read_number();
        *stolen = (uint32_t)number;
    }
}

static bool begins(void)
{
    char *page = NULL;

    if (shm_open(SEGMENT, &page) != 0)
        return HOLDS(0);
    stolen = (volatile uint32_t *)page;
    *stolen = 0;
    return true;
}

static bool ends(bool good)
{
    good = HOLDS(*stolen == 0) && good;
    return IS(shm_close(SEGMENT), 0) && good;
}

/* The parent has read nothing yet, so both are in the foreground. */
static bool a_child_reads_for_its_parent(void)
{
    static bool done; /* then the parent has read */

    if (done)
        return true;
    done = true;
    return IS(child_run(child_gets_one), EXITED(expected++)) && IS(child_run(child_gets_one), EXITED(expected++));
}

/* A shell, and a command that it waits for. */
static bool a_command_reads(void)
{
    bool good = gets_next();

    good = IS(child_run(child_gets_one), EXITED(expected++)) && good;
    return gets_next() && good;
}

static pid_t orphan;

/* `steals &`, as xv6's shell runs it. */
static int forks_and_ends(void)
{
    pid_t pid = fork();

    if (pid == 0)
        exit(steals());
    stolen[1] = (uint32_t)pid;
    return 0;
}

static bool the_background_reads_nothing(void)
{
    bool good = begins() && IS(child_run(forks_and_ends), EXITED(0));

    orphan = (pid_t)stolen[1];
    good = gets_next() && good;
    good = IS(child_run(child_gets_one), EXITED(expected++)) && good;
    usleep(50000);
    return ends(IS(kill(orphan, SIGKILL), 0) && good);
}

static const struct tap_point points[] = {
    {"children read for a parent that does not", a_child_reads_for_its_parent},
    {"a shell and a command that it waits for read in turn", a_command_reads},
    {"a command in the background reads nothing", the_background_reads_nothing},
};

int main(void)
{
    return TAP_RUN(points);
}
