/*
 * poll and select: the state of each kind of descriptor, and which events wake a waiter.
 *
 * run: --smp 1
 * run: --smp 4
 */
#define _GNU_SOURCE /* ppoll */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RING = 8192, BLOCK = 4096, FOR_EVER = -1, BEYOND = 0x7fff0000 };

static int ends[2];
static char block[RING];
static volatile uint32_t alarms;

static bool begins(void)
{
    return IS(pipe(ends), 0);
}

static bool closes(bool good)
{
    return IS(close(ends[0]), 0) && IS(close(ends[1]), 0) && good;
}

/* Polls one descriptor: the events, or -errno. */
static int poll_one(int fd, short events, int timeout)
{
    struct pollfd one = {fd, events, 0x7fff};
    int count = poll(&one, 1, timeout);

    return count < 0 ? -errno : count ? one.revents : 0;
}

static int milliseconds_since(const struct timespec *began)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int)(now.tv_sec - began->tv_sec) * 1000 + (int)((now.tv_nsec - began->tv_nsec) / 1000000);
}

/* ------------------------------------------------------------------------------ what there is */

static bool of_a_pipe(void)
{
    bool good = begins() && IS(poll_one(ends[0], POLLIN, 0), 0) && IS(poll_one(ends[1], POLLOUT, 0), POLLOUT) &&
                IS(poll_one(ends[0], POLLOUT, 0), 0) && IS(poll_one(ends[1], POLLIN, 0), 0);

    good = good && IS(write(ends[1], "x", 1), 1) && IS(poll_one(ends[0], POLLIN | POLLRDNORM, 0), POLLIN | POLLRDNORM);
    good = good && IS(write(ends[1], block, BLOCK - 1), BLOCK - 1) && IS(poll_one(ends[1], POLLOUT, 0), POLLOUT);
    good = good && IS(write(ends[1], block, 1), 1) && IS(poll_one(ends[1], POLLOUT | POLLWRNORM, 0), 0);
    good =
        good && IS(read(ends[0], block, 1), 1) && IS(poll_one(ends[1], POLLOUT | POLLWRNORM, 0), POLLOUT | POLLWRNORM);
    return closes(good);
}

static bool of_a_pipe_without_another_end(void)
{
    bool good = begins() && IS(write(ends[1], "x", 1), 1) && IS(close(ends[1]), 0) &&
                IS(poll_one(ends[0], POLLIN, FOR_EVER), POLLIN | POLLHUP) && IS(read(ends[0], block, 9), 1) &&
                IS(poll_one(ends[0], 0, FOR_EVER), POLLHUP) && IS(close(ends[0]), 0);

    return good && begins() && IS(close(ends[0]), 0) && IS(poll_one(ends[1], 0, FOR_EVER), POLLERR) &&
           IS(poll_one(ends[1], POLLOUT, 0), POLLERR | POLLOUT) && IS(close(ends[1]), 0);
}

/* A file, a directory and /dev/null are always ready; so is, with POLLNVAL, a closed or impossible descriptor. */
static bool of_others(void)
{
    int file = open("/tmp/poll", O_RDWR | O_CREAT | O_TRUNC, 0600), null = open("/dev/null", O_RDWR);
    int directory = open("/", O_RDONLY);
    bool good = HOLDS(file >= 0 && null >= 0 && directory >= 0) &&
                IS(poll_one(file, POLLIN | POLLOUT, FOR_EVER), POLLIN | POLLOUT) &&
                IS(poll_one(null, POLLIN, FOR_EVER), POLLIN) && IS(poll_one(directory, POLLIN, FOR_EVER), POLLIN) &&
                IS(poll_one(file, POLLPRI, 0), 0);

    good = IS(close(file), 0) && IS(close(null), 0) && IS(close(directory), 0) && IS(unlink("/tmp/poll"), 0) && good;
    return good && IS(poll_one(file, POLLIN, FOR_EVER), POLLNVAL) && IS(poll_one(BEYOND, 0, FOR_EVER), POLLNVAL) &&
           IS(poll_one(-1, POLLIN, 0), 0) && IS(poll_one(-7, POLLIN, 20), 0);
}

static bool of_the_console(void)
{
    return IS(poll_one(1, POLLOUT, FOR_EVER), POLLOUT) && IS(poll_one(0, POLLOUT, 0), POLLOUT) &&
           IS(poll_one(0, 0, 0), 0) && HOLDS(poll_one(0, POLLIN, 0) >= 0);
}

/* More than a message has room for. */
static bool of_many(void)
{
    enum { MOST = 128 };
    struct pollfd list[MOST];
    bool good = begins();

    for (int i = 0; i < MOST; i++)
        list[i] = (struct pollfd){ends[i % 2], i % 2 ? POLLOUT : POLLIN, 0};
    list[5].fd = -1;
    list[7].fd = BEYOND;
    good = good && IS(poll(list, MOST, 0), MOST / 2 - 1) && IS(list[7].revents, POLLNVAL) && IS(list[5].revents, 0);
    for (int i = 8; good && i < MOST; i++)
        good = IS(list[i].revents, i % 2 ? POLLOUT : 0);
    good = good && IS(write(ends[1], "x", 1), 1) && IS(poll(list, 65, 0), 33 + 31) && IS(list[64].revents, POLLIN);
    return closes(good);
}

/* -------------------------------------------------------------------------------------- errors */

static bool what_is_refused(void)
{
    struct pollfd one = {-1, 0, 0};
    struct timespec bad = {0, 1000000000}, negative = {-1, 0}, none = {0, 0};
    struct timeval bad_time = {-1, 0};
    fd_set set;
    void *nowhere = (void *)1;

    FD_ZERO(&set);
    FD_SET(99, &set);
    return FAILS(poll(nowhere, 1, 0), EFAULT) && FAILS(poll(&one, 129, 0), EINVAL) &&
           FAILS(ppoll(&one, 1, &bad, NULL), EINVAL) && FAILS(ppoll(&one, 1, &negative, NULL), EINVAL) &&
           FAILS(syscall(SYS_ppoll, &one, 1, nowhere, NULL, 8), EFAULT) &&
           FAILS(syscall(SYS_ppoll, &one, 1, &none, &set, 4), EINVAL) &&
           FAILS(syscall(SYS_ppoll, &one, 1, &none, nowhere, 8), EFAULT) &&
           FAILS(select(100, &set, NULL, NULL, NULL), EBADF) && HOLDS(FD_ISSET(99, &set)) &&
           FAILS(syscall(SYS__newselect, -1, NULL, NULL, NULL, NULL), EINVAL) &&
           FAILS(syscall(SYS__newselect, 9, nowhere, NULL, NULL, NULL), EFAULT) &&
           FAILS(syscall(SYS__newselect, 0, NULL, NULL, NULL, &bad_time), EINVAL) &&
           FAILS(syscall(82, nowhere), EFAULT) &&
           FAILS(syscall(SYS_pselect6, 0, NULL, NULL, NULL, NULL, nowhere), EFAULT) && IS(poll(NULL, 0, 0), 0);
}

/* --------------------------------------------------------------------------------------- waiting */

static bool a_time_is_over(void)
{
    struct timespec began;
    struct timeval wait = {0, 30000};
    bool good = begins();

    clock_gettime(CLOCK_MONOTONIC, &began);
    good = good && IS(poll_one(ends[0], POLLIN, 50), 0) && HOLDS(milliseconds_since(&began) >= 50);
    good = good && IS(select(0, NULL, NULL, NULL, &wait), 0) && HOLDS(milliseconds_since(&began) >= 80);
    good = good && IS(poll(NULL, 0, 20), 0) &&
           HOLDS(milliseconds_since(&began) >= 100 && milliseconds_since(&began) < 5000);
    return closes(good);
}

static int writes_late(void)
{
    poll(NULL, 0, 30);
    return write(ends[1], "x", 1) != 1;
}

static int reads_late(void)
{
    poll(NULL, 0, 30);
    return read(ends[0], block, BLOCK) != BLOCK;
}

static int closes_late(void)
{
    close(ends[0]);
    poll(NULL, 0, 30);
    return 0;
}

static bool bytes_wake(void)
{
    bool good = begins();
    pid_t child = child_start(writes_late);

    good = IS(poll_one(ends[0], POLLIN, FOR_EVER), POLLIN) && IS(child_end(child), EXITED(0)) && good;
    return closes(good);
}

static bool room_wakes(void)
{
    bool good = begins() && IS(write(ends[1], block, RING), RING);
    pid_t child = child_start(reads_late);

    good = IS(poll_one(ends[1], POLLOUT, FOR_EVER), POLLOUT) && IS(child_end(child), EXITED(0)) && good;
    return closes(good);
}

static bool an_end_wakes(void)
{
    bool good = begins();
    pid_t child = child_start(closes_late);

    good = IS(close(ends[1]), 0) && IS(poll_one(ends[0], POLLIN, FOR_EVER), POLLHUP) &&
           IS(child_end(child), EXITED(0)) && good;
    return IS(close(ends[0]), 0) && good;
}

/* The other process has the ring mapped, and calls the server only if somebody waits. */
static int writes_without_the_server(void)
{
    close(ends[0]);
    for (int i = 0; i < 200; i++)
        if (write(ends[1], "x", 1) != 1)
            return 1;
    return 0;
}

static bool each_byte_is_seen(void)
{
    int count = 0, events;
    bool good = begins();
    pid_t child = child_start(writes_without_the_server);

    good = IS(close(ends[1]), 0) && good;
    while (good && (events = poll_one(ends[0], POLLIN, FOR_EVER)) & POLLIN)
        good = IS(read(ends[0], block, 1), 1) && ++count;
    return IS(count, 200) && IS(child_end(child), EXITED(0)) && IS(close(ends[0]), 0) && good;
}

/* Many wait for one byte: all are woken, one gets it. */
static int polls_and_reads(void)
{
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    if (poll_one(ends[0], POLLIN, FOR_EVER) != POLLIN)
        return 2;
    return read(ends[0], block, 1) == 1;
}

static bool all_are_woken(void)
{
    enum { CHILDREN = 8 };
    int child[CHILDREN], got = 0, status = 0;
    bool good = begins();

    for (int i = 0; i < CHILDREN; i++)
        child[i] = child_start(polls_and_reads);
    poll(NULL, 0, 50);
    good = IS(write(ends[1], "xxxxxxxx", CHILDREN), CHILDREN) && good;
    for (int i = 0; i < CHILDREN; i++) {
        status = child_end(child[i]);
        good = HOLDS(status == EXITED(0) || status == EXITED(1)) && good;
        got += status == EXITED(1);
    }
    return closes(IS(got, CHILDREN) && good);
}

static int polls_for_ever(void)
{
    struct pollfd list[] = {{ends[0], POLLIN, 0}, {0, POLLPRI, 0}};

    poll(list, 2, FOR_EVER);
    return 1;
}

static bool a_polling_process_can_be_killed(void)
{
    bool good = begins();
    pid_t child = child_start(polls_for_ever);

    poll(NULL, 0, 30);
    good = IS(child_kill(child), SIGKILL) && IS(write(ends[1], "x", 1), 1) &&
           IS(poll_one(ends[0], POLLIN, FOR_EVER), POLLIN) && good;
    return closes(good);
}

/* ---------------------------------------------------------------------------------------- signals */

static void alarmed(int signal)
{
    (void)signal;
    alarms++;
}

static void alarm_in(int milliseconds)
{
    struct itimerval time = {.it_value.tv_usec = milliseconds * 1000};
    struct sigaction action = {.sa_handler = alarmed, .sa_flags = SA_RESTART};

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &time, NULL);
}

static bool a_signal_ends_it(void)
{
    bool good = begins();

    alarms = 0;
    alarm_in(30);
    good = IS(poll_one(ends[0], POLLIN, FOR_EVER), -EINTR) && IS(alarms, 1) && good;
    alarm_in(30);
    good = FAILS(select(0, NULL, NULL, NULL, NULL), EINTR) && IS(alarms, 2) && good;
    return closes(good);
}

/* The signal is blocked except in ppoll. */
static bool a_mask_is_for_the_wait(void)
{
    sigset_t alone, before, now, empty;
    bool good = begins();

    sigemptyset(&empty);
    sigemptyset(&alone);
    sigaddset(&alone, SIGALRM);
    good = IS(sigprocmask(SIG_BLOCK, &alone, &before), 0) && good;
    alarms = 0;
    alarm_in(10);
    good = IS(poll(NULL, 0, 50), 0) && IS(alarms, 0) && FAILS(ppoll(NULL, 0, NULL, &empty), EINTR) && IS(alarms, 1) &&
           good;
    alarm_in(10);
    good = FAILS(pselect(0, NULL, NULL, NULL, NULL, &empty), EINTR) && IS(alarms, 2) && good;
    good = IS(ppoll(NULL, 0, &(struct timespec){0, 10000000}, &empty), 0) && good;
    good = IS(sigprocmask(SIG_SETMASK, &before, &now), 0) && IS(sigismember(&now, SIGALRM), 1) && good;
    return closes(good);
}

/* ----------------------------------------------------------------------------------------- select */

static bool sets_are_bits(void)
{
    fd_set reads, writes, others;
    struct timeval wait = {5, 0};
    bool good = begins();

    FD_ZERO(&reads);
    FD_ZERO(&writes);
    FD_ZERO(&others);
    FD_SET(ends[0], &reads);
    FD_SET(ends[1], &writes);
    FD_SET(ends[0], &others);
    good = good && IS(select(ends[1] + 1, &reads, &writes, &others, &wait), 1) && HOLDS(FD_ISSET(ends[1], &writes)) &&
           HOLDS(!FD_ISSET(ends[0], &reads)) && HOLDS(!FD_ISSET(ends[0], &others));
    FD_SET(ends[0], &reads);
    good = good && IS(write(ends[1], "x", 1), 1) && IS(select(ends[1] + 1, &reads, &writes, NULL, NULL), 2);
    FD_ZERO(&writes);
    good = good && IS(select(1024, &reads, &writes, NULL, &wait), 1) && HOLDS(FD_ISSET(ends[0], &reads));
    good = good && IS(select(ends[0], &reads, NULL, NULL, &(struct timeval){0, 0}), 0); /* it is not in the set */
    return closes(good);
}

/* Linux returns the remaining time. */
static bool the_rest_is_told(void)
{
    int32_t wait[] = {5, 500000}; /* seconds and microseconds of the call itself */
    bool good = begins();
    pid_t child = child_start(writes_late);
    fd_set reads;

    FD_ZERO(&reads);
    FD_SET(ends[0], &reads);
    good = IS(syscall(SYS__newselect, ends[0] + 1, &reads, NULL, NULL, wait), 1) &&
           HOLDS(wait[0] >= 0 && wait[0] <= 5) && HOLDS(wait[0] < 5 || wait[1] < 500000) && good;
    good = IS(child_end(child), EXITED(0)) && good;
    return closes(good);
}

int main(void)
{
    static const struct tap_point points[] = {
        {"a pipe is ready for reading and writing", of_a_pipe},
        {"a pipe without another end", of_a_pipe_without_another_end},
        {"files, devices, and descriptors that do not exist", of_others},
        {"the console", of_the_console},
        {"as many as there can be", of_many},
        {"refused calls", what_is_refused},
        {"a wait ends after its time", a_time_is_over},
        {"bytes wake", bytes_wake},
        {"room wakes", room_wakes},
        {"closing the other end wakes", an_end_wakes},
        {"each byte of a writer that makes no calls is seen", each_byte_is_seen},
        {"all waiters are woken", all_are_woken},
        {"a process that polls can be killed", a_polling_process_can_be_killed},
        {"a signal ends it, and it is not made again", a_signal_ends_it},
        {"the mask of ppoll holds only during the wait", a_mask_is_for_the_wait},
        {"signal sets are bits", sets_are_bits},
        {"the remaining time is reported", the_rest_is_told},
    };

    return TAP_RUN(points);
}
