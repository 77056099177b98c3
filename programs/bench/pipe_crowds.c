#include "programs/bench/parts.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

enum { READS, WRITES };

static int ends[2];
static char bytes[2 * PIPE_BUF];

static void make_pipe(void)
{
    check(pipe(ends) == 0, "pipe");
}

static void close_both(void)
{
    check(close(ends[READS]) == 0 && close(ends[WRITES]) == 0, "close");
}

static void reads_a_byte(void)
{
    check(close(ends[WRITES]) == 0 && read(ends[READS], bytes, 1) == 1, "a read of a byte");
}

static void reads_the_end(void)
{
    check(close(ends[WRITES]) == 0 && read(ends[READS], bytes, 1) == 0, "a read of the end");
}

/* One write wakes all of them; one close does. */
void part_readers(void)
{
    part("pipe_bytes");
    make_pipe();
    crowd_begins(reads_a_byte);
    usleep(SETTLED);
    check(write(ends[WRITES], bytes, CROWD) == CROWD, "a write for all");
    crowd_ends(0);
    close_both();
    part("pipe_end");
    make_pipe();
    crowd_begins(reads_the_end);
    usleep(SETTLED);
    close_both();
    crowd_ends(0);
}

static void writes_some(void)
{
    enum { SOME = 16 };

    check(write(ends[WRITES], bytes, SOME) == SOME, "a write of some");
}

/* One read makes room for all of them. */
void part_writers(void)
{
    make_pipe();
    check(write(ends[WRITES], bytes, PIPE_BUF) == PIPE_BUF && write(ends[WRITES], bytes, PIPE_BUF) == PIPE_BUF,
          "a full pipe");
    crowd_begins(writes_some);
    usleep(SETTLED);
    check(read(ends[READS], bytes, PIPE_BUF) == PIPE_BUF, "a read");
    crowd_ends(0);
}

static void polls(void)
{
    struct pollfd one = {.fd = ends[READS], .events = POLLIN};

    check(poll(&one, 1, -1) == 1 && one.revents & POLLIN, "poll");
}

void part_polls(void)
{
    make_pipe();
    crowd_begins(polls);
    usleep(SETTLED);
    check(write(ends[WRITES], bytes, 1) == 1, "a write");
    crowd_ends(0);
}
