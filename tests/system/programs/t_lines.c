/* An unfinished line delays no other program, whether it is short, long, or written on purpose; and a program that
 * floods gets only its share. */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/ipc/ipc.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* More than the console buffers, so that they go out while they are written. */
enum { LINES = 60, LINE = 200 };

static uint32_t uptime(void)
{
    uint32_t ticks = 0;
    return proc_uptime(CLIENT_SLOT_PROC, &ticks) == 0 ? ticks : 0;
}

/* How many ticks the lines take. */
static uint32_t print_lines(void)
{
    char line[LINE];
    uint32_t begun = uptime();

    memset(line, '.', sizeof(line));
    line[LINE - 1] = '\n';
    for (int i = 0; i < LINES; i++)
        write(1, line, sizeof(line));
    return uptime() - begun;
}

static int computes_in_a_short_line(void)
{
    write(1, "abc", 3);
    for (;;)
        ;
}

static int sleeps_in_a_long_line(void)
{
    char text[300];

    memset(text, 'x', sizeof(text));
    write(1, text, sizeof(text));
    for (;;)
        sleep(1000);
}

/* In all ways: a long line that never ends, with short ones in between. */
static int writes_on_purpose(void)
{
    char text[256];

    memset(text, 'x', sizeof(text));
    for (;;) {
        write(1, "\n", 1);
        write(1, text, sizeof(text));
        write(1, text, 44);
        usleep(10000);
    }
}

static int floods(void)
{
    char text[256];

    memset(text, 'f', sizeof(text));
    text[255] = '\n';
    for (;;)
        write(1, text, sizeof(text));
}

/* Beside the piece the lines may take so many ticks more than alone. */
static bool print_beside(int (*piece)(void), uint32_t more, uint32_t times)
{
    uint32_t alone = print_lines();
    pid_t child = child_start(piece);

    usleep(20000);
    uint32_t beside = print_lines();
    bool good = IS(child_kill(child), SIGKILL);
    printf("\n# %u ticks, alone %u\n", (unsigned)beside, (unsigned)alone);
    return HOLDS(beside <= more + times * alone) && good;
}

static bool a_short_line(void)
{
    return print_beside(computes_in_a_short_line, 20, 4);
}

static bool a_long_line(void)
{
    return print_beside(sleeps_in_a_long_line, 20, 4);
}

static bool on_purpose(void)
{
    return print_beside(writes_on_purpose, 30, 4);
}

static bool a_flood(void)
{
    return print_beside(floods, 20, 6);
}

static const struct tap_point points[] = {
    {"a short unfinished line delays no other program", a_short_line},
    {"nor does a long one", a_long_line},
    {"nor many that are written on purpose", on_purpose},
    {"a flood leaves others their share", a_flood},
};

int main(void)
{
    return TAP_RUN(points);
}
