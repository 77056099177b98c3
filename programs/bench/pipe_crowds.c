/* Parts of bench_server in which many processes wait at one pipe. */
#include "programs/bench/parts.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

enum { READ_END, WRITE_END };

static int ends[2];
static char bytes[2 * PIPE_BUF];

static void make_pipe(void)
{
    check(pipe(ends) == 0, "pipe");
}

static void close_both(void)
{
    check(close(ends[READ_END]) == 0 && close(ends[WRITE_END]) == 0, "close");
}

static void reads_a_byte(void)
{
    check(close(ends[WRITE_END]) == 0 && read(ends[READ_END], bytes, 1) == 1, "a read of a byte");
}

static void reads_the_end(void)
{
    check(close(ends[WRITE_END]) == 0 && read(ends[READ_END], bytes, 1) == 0, "a read of the end");
}

/* One write wakes all of them; then one close does. */
void part_readers(void)
{
    part("pipe_bytes");
    make_pipe();
    crowd_start(reads_a_byte);
    usleep(SETTLED);
    check(write(ends[WRITE_END], bytes, CROWD) == CROWD, "a write for all");
    crowd_wait(0);
    close_both();
    part("pipe_end");
    make_pipe();
    crowd_start(reads_the_end);
    usleep(SETTLED);
    close_both();
    crowd_wait(0);
}

static void writes_some(void)
{
    enum { SOME = 16 };

    check(write(ends[WRITE_END], bytes, SOME) == SOME, "a write of some");
}

/* One read makes room for all of them. */
void part_writers(void)
{
    make_pipe();
    check(write(ends[WRITE_END], bytes, PIPE_BUF) == PIPE_BUF && write(ends[WRITE_END], bytes, PIPE_BUF) == PIPE_BUF,
          "a full pipe");
    crowd_start(writes_some);
    usleep(SETTLED);
    check(read(ends[READ_END], bytes, PIPE_BUF) == PIPE_BUF, "a read");
    crowd_wait(0);
}

static void polls(void)
{
    struct pollfd one = {.fd = ends[READ_END], .events = POLLIN};

    check(poll(&one, 1, -1) == 1 && one.revents & POLLIN, "poll");
}

void part_polls(void)
{
    make_pipe();
    crowd_start(polls);
    usleep(SETTLED);
    check(write(ends[WRITE_END], bytes, 1) == 1, "a write");
    crowd_wait(0);
}
