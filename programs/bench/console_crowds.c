/* Parts of bench_server in which many processes use the console. */
#include "programs/bench/parts.h"

#include "libuser/ipc/ipc.h"
#include "servers/proto/console.h"
#include "servers/proto/slots.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* Writes an unfinished line, which the console shows after a time. */
static void writes_a_part(void)
{
    static const char piece[] = "a part of a line, of which nothing comes any more; ";

    check(write(STDOUT_FILENO, piece, sizeof piece - 1) == sizeof piece - 1, "write");
    sleep_shortly();
}

void part_lines(void)
{
    crowd_start(writes_a_part);
    crowd_wait(0);
    printf("\n");
}

static void writes_and_syncs(void)
{
    enum { LINES = 6 };
    char line[256];

    memset(line, '.', sizeof(line));
    line[sizeof(line) - 1] = '\n';
    for (int i = 0; i < LINES; i++)
        check(write(STDOUT_FILENO, line, sizeof(line)) == sizeof(line), "write");
    check(console_sync(CLIENT_SLOT_CONSOLE) == 0, "console_sync");
}

/* Each sync gets its reply when all earlier output has left. */
void part_syncs(void)
{
    crowd_start(writes_and_syncs);
    crowd_wait(0);
}

static void on_signal(int signal)
{
    (void)signal;
}

static void read_in_vain(void)
{
    const struct itimerval shortly = {.it_value.tv_usec = SETTLED};
    char byte;

    signal(SIGALRM, on_signal);
    siginterrupt(SIGALRM, 1);
    check(setitimer(ITIMER_REAL, &shortly, 0) == 0 && read(STDIN_FILENO, &byte, 1) < 0, "a read that an alarm ends");
}

static void reads_behind(void)
{
    char byte;

    check(read(STDIN_FILENO, &byte, 1) == 1, "a read in the background");
}

/* The foreground process waits for a child, so the console must check all other readers again. */
void part_asks(void)
{
    read_in_vain();
    crowd_start(reads_behind);
    usleep(SETTLED);
    part("asked");
    child_run(sleep_shortly);
    crowd_kill();
}

static void reads_the_end(void)
{
    char byte;

    check(read(STDIN_FILENO, &byte, 1) == 0, "a read of the end");
}

void part_input_end(void)
{
    crowd_start(reads_the_end);
    usleep(SETTLED);
    crowd_announce();
    crowd_wait(0);
}

static void polls_the_console(void)
{
    struct pollfd one = {.fd = STDIN_FILENO, .events = POLLIN};

    check(poll(&one, 1, -1) == 1 && one.revents & POLLIN, "poll");
}

void part_polled(void)
{
    crowd_start(polls_the_console);
    usleep(SETTLED);
    crowd_announce();
    crowd_wait(0);
}
