/* Pipes: bytes of any number between processes, their end, and waits for bytes that do not come. */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 100000, BLOCK = 4096, RING = 8192 };

static char bytes[MOST], got[MOST];
static int ends[2];
static uint32_t count;

static void fill(void)
{
    for (uint32_t i = 0; i < MOST; i++)
        bytes[i] = (char)(i * 11 + i / 253);
}

static uint32_t pages_free(void)
{
    struct statvfs status;

    return statvfs("/", &status) ? 0 : (uint32_t)status.f_bfree;
}

/* Reads everything, however it arrives; fewer bytes at the end. */
static uint32_t read_all(int fd, char *to, uint32_t most)
{
    uint32_t done = 0;
    ssize_t now = 1;

    while (done < most && (now = read(fd, to + done, most - done)) > 0)
        done += (uint32_t)now;
    return now < 0 ? (uint32_t)-1 : done;
}

static bool begins(void)
{
    return IS(pipe(ends), 0);
}

static bool closes(bool good)
{
    return IS(close(ends[0]), 0) && IS(close(ends[1]), 0) && good;
}

/* ------------------------------------------------------------------------------------- bytes */

static int writes_count(void)
{
    return close(ends[0]) || write(ends[1], bytes, count) != (ssize_t)count;
}

static bool bytes_of_any_number(void)
{
    bool good = true;

    for (count = 1; good && count <= MOST; count = count < 20 ? count + 1 : count * 3 / 2) {
        good = begins();
        pid_t child = child_start(writes_count);
        good = IS(close(ends[1]), 0) && good;
        memset(got, 0, sizeof got);
        good = IS(read_all(ends[0], got, MOST), count) && IS(memcmp(got, bytes, count), 0) &&
               IS(child_end(child), EXITED(0)) && good;
        good = IS(close(ends[0]), 0) && good;
    }
    return good;
}

/* Back and forth, in each size of message: neither runs ahead. */
static int echoes(void)
{
    int to = ends[1];

    for (uint32_t i = 0; i < 300; i++) {
        uint32_t size = 1 + i * 29 % BLOCK;
        if (read_all(5, got, size) != size || write(to, got, size) != (ssize_t)size)
            return 1;
    }
    return 0;
}

static bool back_and_forth(void)
{
    bool good = begins();
    int there[2];

    good = good && IS(pipe(there), 0) && IS(there[0], 5);
    pid_t child = child_start(echoes);
    for (uint32_t i = 0; good && i < 300; i++) {
        uint32_t size = 1 + i * 29 % BLOCK;
        good = IS(write(there[1], bytes + i, size), size) && IS(read_all(ends[0], got, size), size) &&
               IS(memcmp(got, bytes + i, size), 0);
    }
    good = IS(child_end(child), EXITED(0)) && IS(close(there[0]), 0) && IS(close(there[1]), 0) && good;
    return closes(good);
}

/* ------------------------------------------------------------------------------------- ends */

static bool the_end_is_told(void)
{
    bool good = begins() && IS(write(ends[1], "abc", 3), 3) && IS(close(ends[1]), 0) && IS(read(ends[0], got, 10), 3) &&
                IS(read(ends[0], got, 10), 0) && IS(read(ends[0], got, 10), 0);

    return IS(close(ends[0]), 0) && good;
}

static int writes_for_nobody(void)
{
    close(ends[0]);
    (void)!write(ends[1], "x", 1);
    return 1;
}

static int hears_of_it(void)
{
    signal(SIGPIPE, SIG_IGN);
    close(ends[0]);
    return write(ends[1], "x", 1) == -1 && errno == EPIPE && write(ends[1], bytes, MOST) == -1 && errno == EPIPE ? 3
                                                                                                                 : 1;
}

static bool nobody_reads(void)
{
    bool good = begins() && IS(close(ends[0]), 0);

    ends[0] = -1;
    good = IS(child_run(writes_for_nobody), SIGPIPE) && IS(child_run(hears_of_it), EXITED(3)) && good;
    return IS(close(ends[1]), 0) && good;
}

/* The writer has written much when the reader closes: its write fails. */
static bool the_reader_leaves(void)
{
    bool good = begins();

    count = MOST;
    pid_t child = child_start(writes_count);
    good = IS(close(ends[1]), 0) && IS(read(ends[0], got, 100), 100) && IS(close(ends[0]), 0) && good;
    return IS(child_end(child), SIGPIPE) && good;
}

/* ------------------------------------------------------------------------------------- without waiting */

static bool some_do_not_wait(void)
{
    bool good = IS(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0) && IS(fcntl(ends[0], F_GETFD), FD_CLOEXEC) &&
                FAILS(read(ends[0], got, 1), EAGAIN);
    uint32_t written = 0;
    ssize_t now;

    while ((now = write(ends[1], bytes, 1000)) > 0)
        written += (uint32_t)now;
    good = good && FAILS(now, EAGAIN) && HOLDS(written >= BLOCK && written % 1000 == 0) &&
           IS(read(ends[0], got, BLOCK), BLOCK);
    good = good && IS(write(ends[1], bytes, BLOCK), BLOCK) &&
           FAILS(write(ends[1], bytes, BLOCK), EAGAIN); /* all or nothing */
    ssize_t part = write(ends[1], bytes, MOST);
    good =
        good && HOLDS(part == -1 || part < RING) && IS(fcntl(ends[0], F_SETFL, 0), 0) && IS(read(ends[0], got, 1), 1);
    return closes(good);
}

static bool calls_are_refused(void)
{
    struct stat status;
    bool good = begins() && FAILS(lseek(ends[0], 0, SEEK_SET), ESPIPE) && FAILS(pread(ends[0], got, 1, 0), ESPIPE) &&
                FAILS(pwrite(ends[1], got, 1, 0), ESPIPE) && FAILS(write(ends[0], "x", 1), EBADF) &&
                FAILS(read(ends[1], got, 1), EBADF) && FAILS(pipe2(ends, O_APPEND), EINVAL) &&
                FAILS(ftruncate(ends[1], 0), EINVAL) && IS(fstat(ends[0], &status), 0) &&
                HOLDS(S_ISFIFO(status.st_mode)) && IS(isatty(ends[0]), 0) && IS(read(ends[0], got, 0), 0) &&
                IS(write(ends[1], got, 0), 0);

    return closes(good) && FAILS(pipe((int *)4), EFAULT);
}

/* However much was read or written before, which a program then does without the server. */
static bool an_end_stays_one(void)
{
    bool good = begins();

    for (uint32_t i = 0; good && i < 20; i++)
        good = IS(write(ends[1], bytes, 100), 100) && FAILS(read(ends[1], got, 1), EBADF) &&
               FAILS(write(ends[0], got, 1), EBADF) && IS(read(ends[0], got, 100), 100);
    return closes(good);
}

/* ------------------------------------------------------------------------------------- several */

enum { WRITERS = 4, RECORDS = 60 };
static uint32_t writer;

/* Records of 4,096 bytes, each of one letter. */
static int writes_records(void)
{
    static char record[BLOCK];

    memset(record, (int)('a' + writer), BLOCK);
    for (uint32_t i = 0; i < RECORDS; i++)
        if (write(ends[1], record, BLOCK) != BLOCK)
            return 1;
    return 0;
}

static bool records_are_whole(void)
{
    pid_t children[WRITERS];
    uint32_t seen[WRITERS] = {0};
    bool good = begins();

    for (writer = 0; writer < WRITERS; writer++)
        children[writer] = child_start(writes_records);
    good = IS(close(ends[1]), 0) && good;
    for (uint32_t i = 0; good && i < WRITERS * RECORDS; i++) {
        good = IS(read_all(ends[0], got, BLOCK), BLOCK) && HOLDS((uint32_t)(*got - 'a') < WRITERS);
        for (uint32_t at = 1; good && at < BLOCK; at++)
            good = got[at] == *got || HOLDS(got[at] == *got);
        seen[good ? *got - 'a' : 0]++;
    }
    for (writer = 0; writer < WRITERS; writer++)
        good = IS(child_end(children[writer]), EXITED(0)) && IS(seen[writer], RECORDS) && good;
    return IS(read(ends[0], got, 1), 0) && IS(close(ends[0]), 0) && good;
}

/* Each byte goes to one reader. */
static int reads_some(void)
{
    close(ends[1]);
    uint32_t all = read_all(ends[0], got, MOST), sum = 0;

    for (uint32_t i = 0; i < all; i++)
        sum += got[i] == 'r';
    return sum == all ? (int)(all / 1000) : 255;
}

static bool readers_share_the_bytes(void)
{
    pid_t children[3];
    bool good = begins();
    int total = 0;

    for (uint32_t i = 0; i < 3; i++)
        children[i] = child_start(reads_some);
    memset(got, 'r', MOST);
    good = IS(close(ends[0]), 0) && IS(write(ends[1], got, MOST), MOST) && IS(close(ends[1]), 0) && good;
    for (uint32_t i = 0; i < 3; i++) {
        int status = child_end(children[i]);
        good = HOLDS(WIFEXITED(status) && WEXITSTATUS(status) != 255) && good;
        total += WEXITSTATUS(status);
    }
    return HOLDS(total >= MOST / 1000 - 3 && total <= MOST / 1000) && good;
}

/* ------------------------------------------------------------------------------------- who ends */

static int waits_to_read(void)
{
    return (int)read(ends[0], got, 10);
}

static int waits_to_write(void)
{
    return write(ends[1], bytes, MOST) < 0;
}

/* All others continue, and nothing is lost except what the killed one had. */
static bool one_that_waits_is_killed(void)
{
    bool good = begins();
    pid_t reader = child_start(waits_to_read), other = child_start(waits_to_read);

    usleep(30000);
    good =
        IS(child_kill(reader), SIGKILL) && IS(write(ends[1], "abc", 3), 3) && IS(child_end(other), EXITED(3)) && good;
    pid_t first = child_start(waits_to_write), second = child_start(waits_to_write);
    usleep(30000);
    good = IS(child_kill(first), SIGKILL) && good;
    usleep(30000);
    good = IS(child_kill(second), SIGKILL) && IS(close(ends[1]), 0) && good;
    uint32_t left = read_all(ends[0], got, MOST);
    return HOLDS(left <= RING && left > 0) && IS(close(ends[0]), 0) && good;
}

/* Its child has the other end: with the child the pipe ends. */
static bool the_other_party_is_killed(void)
{
    bool good = begins();
    pid_t child = child_start(waits_to_read);

    good = IS(close(ends[0]), 0) && IS(child_kill(child), SIGKILL) && good;
    void (*was)(int) = signal(SIGPIPE, SIG_IGN);
    good = FAILS(write(ends[1], "x", 1), EPIPE) && IS(close(ends[1]), 0) && good;
    signal(SIGPIPE, was);
    good = begins() && good;
    child = child_start(waits_to_write);
    usleep(20000);
    good = IS(close(ends[1]), 0) && IS(child_kill(child), SIGKILL) && good;
    uint32_t left = read_all(ends[0], got, MOST);
    return HOLDS(left <= RING && left % BLOCK == 0) && IS(close(ends[0]), 0) && good;
}

static bool many_pipes(void)
{
    uint32_t free = pages_free(), made = 0;
    int fds[60][2];

    while (made < 60 && pipe(fds[made]) == 0)
        made++;
    bool good = HOLDS(made == 60) && HOLDS(free - pages_free() >= made * 3);
    for (uint32_t i = 0; i < made; i++)
        good = IS(write(fds[i][1], &i, 4), 4) && good;
    for (uint32_t i = 0, value; i < made; i++)
        good = IS(read(fds[i][0], &value, 4), 4) && IS(value, i) && IS(close(fds[i][0]), 0) &&
               IS(close(fds[i][1]), 0) && good;
    return good && IS(pages_free(), free);
}

int main(void)
{
    static const struct tap_point points[] = {
        {"bytes of any number", bytes_of_any_number},
        {"back and forth", back_and_forth},
        {"the end is reported", the_end_is_told},
        {"a write without a reader is SIGPIPE, or EPIPE", nobody_reads},
        {"a reader that leaves ends its writer", the_reader_leaves},
        {"EAGAIN instead of waiting", some_do_not_wait},
        {"refusals have the right error", calls_are_refused},
        {"the reading end cannot be written, nor the writing end read", an_end_stays_one},
        {"records of several writers are whole", records_are_whole},
        {"each byte is one reader's", readers_share_the_bytes},
        {"a process that waits is killed, all others continue", one_that_waits_is_killed},
        {"the other party is killed", the_other_party_is_killed},
        {"many pipes, whose pages come back", many_pipes},
    };

    fill();
    return TAP_RUN(points);
}
