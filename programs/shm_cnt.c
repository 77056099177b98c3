/*
 * shm_cnt [-n] [-i N] [-p N]: processes count together in one shared page.
 *
 * The processes open the same segment after fork, wait for each other in its page, and repeatedly add 1 to its counter
 * under a lock, which is in the page, too. The last process to finish must read the sum.
 *   -n    without the lock, and with a pause in each increment: tells how many updates were lost to
 *         another processor, or to an interrupt that let another process run
 *   -i N  increments of each process (10000)
 *   -p N  processes (2)
 * Exit status: 0; 1 if the sum is wrong in spite of the lock, or something failed; 2 for wrong usage.
 */
#include "libuser/mem/shm.h"
#include "libuser/mem/uspinlock.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SEGMENT = 1,
    PROCESSES_MAX = 64,
    INCREMENTS_MAX = 10000000,
    ARRIVAL_SPINS = 100,
    SPAN = 20000,                  /* without the lock, cycles between an increment's read and its write */
    ARRIVAL_YIELDS = 1000,         /* between checks for failed processes */
    ARRIVAL_YIELDS_MAX = 10000000, /* after that a process must have failed */
};

/* The shared page, initially zero. */
struct shared {
    struct uspinlock lock;
    volatile unsigned counter;
    volatile unsigned arrived; /* processes that have the page open */
    volatile unsigned done;    /* processes that have counted */
    volatile unsigned sum;     /* the counter, as read by the last process */
};

static unsigned processes = 2, increments = 10000;
static int locked = 1;

static _Noreturn void usage(void)
{
    fprintf(stderr, "usage: shm_cnt [-n] [-i increments, 1-%d] [-p processes, 1-%d]\n", INCREMENTS_MAX, PROCESSES_MAX);
    exit(2);
}

static unsigned number(const char *text, long max)
{
    char *end;
    long n = text ? strtol(text, &end, 10) : 0;

    if (n < 1 || n > max || *end)
        usage();
    return (unsigned)n;
}

static void parse(char **argv)
{
    while (*++argv) {
        if (strcmp(*argv, "-n") == 0)
            locked = 0;
        else if (strcmp(*argv, "-i") == 0)
            increments = number(*++argv, INCREMENTS_MAX);
        else if (strcmp(*argv, "-p") == 0)
            processes = number(*++argv, PROCESSES_MAX);
        else
            usage();
    }
}

/* Looks for a short time, so that processes on other processors continue at the same moment. */
static int all_here(const struct shared *shared)
{
    for (int i = 0; i < ARRIVAL_SPINS && shared->arrived < processes; i++)
        __asm__ volatile("pause");
    return shared->arrived >= processes;
}

static int failed; /* number of ended children that failed */

/* Waits for a child: false if there is none, or with WNOHANG in `options` if none has ended yet. */
static int child_ended(int options)
{
    int status;

    if (waitpid(-1, &status, options) <= 0)
        return 0;
    failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    return 1;
}

/* In the first process: true if a child ended before all had arrived. */
static int somebody_failed(const struct shared *shared, unsigned index)
{
    return index == 0 && child_ended(WNOHANG) && shared->arrived < processes;
}

/* Returns when all have the page open, so that it is not closed for good before the last one arrives. -1: they will not
 * arrive. */
static int meet(struct shared *shared, unsigned index)
{
    uacquire(&shared->lock);
    shared->arrived++;
    urelease(&shared->lock);
    for (int i = 0; i < ARRIVAL_YIELDS_MAX; i++) {
        if (all_here(shared))
            return 0;
        if (i % ARRIVAL_YIELDS == ARRIVAL_YIELDS - 1 && somebody_failed(shared, index))
            return -1;
        sched_yield();
    }
    return -1;
}

static void count(struct shared *shared)
{
    for (unsigned i = 0; i < increments; i++) {
        uacquire(&shared->lock);
        shared->counter++;
        urelease(&shared->lock);
    }
}

static unsigned cycles(void)
{
    unsigned low;

    __asm__ volatile("rdtsc" : "=a"(low) : : "edx");
    return low;
}

/* An increment is a read and a write, here as far apart as in a longer update. So the run takes several ticks, and a
 * tick that switches processes comes between the two. */
static void count_without_lock(struct shared *shared)
{
    for (unsigned i = 0; i < increments; i++) {
        unsigned begin = cycles(), seen = shared->counter;
        while (cycles() - begin < SPAN)
            ;
        shared->counter = seen + 1;
    }
}

/* Records the counter when a process is done; the last one's is the sum. */
static void finish(struct shared *shared, unsigned index)
{
    uacquire(&shared->lock);
    unsigned seen = shared->counter;
    if (++shared->done == processes)
        shared->sum = seen;
    urelease(&shared->lock);
    printf("shm_cnt: process %u of %u reads %u\n", index + 1, processes, seen);
}

static struct shared *work(unsigned index)
{
    char *page;

    if (shm_open(SEGMENT, &page) < 0) {
        perror("shm_cnt: shm_open");
        return NULL;
    }
    struct shared *shared = (struct shared *)page;
    if (meet(shared, index) < 0) {
        fprintf(stderr, "shm_cnt: only %u of %u processes came\n", shared->arrived, processes);
        return NULL;
    }
    if (locked)
        count(shared);
    else
        count_without_lock(shared);
    finish(shared, index);
    return shared;
}

static _Noreturn void child(unsigned index)
{
    int ok = work(index) && shm_close(SEGMENT) == 0;
    exit(ok ? 0 : 1);
}

/* Makes the children, from children[1] on; returns the number of processes. */
static unsigned start(pid_t *children)
{
    unsigned n = 1;

    for (; n < processes; n++) {
        children[n] = fork();
        if (children[n] == 0)
            child(n);
        if (children[n] < 0) {
            perror("shm_cnt: fork");
            break;
        }
    }
    return n;
}

static void stop(const pid_t *children, unsigned n)
{
    while (n-- > 1)
        kill(children[n], SIGKILL);
}

static int report(unsigned sum)
{
    unsigned wanted = processes * increments;

    printf("shm_cnt: %u process%s x %u increments = %u: ", processes, processes == 1 ? "" : "es", increments, sum);
    if (!locked)
        printf("%u lost without the lock\n", wanted - sum);
    else if (sum == wanted)
        printf("ok\n");
    else
        printf("WRONG, not %u\n", wanted);
    return locked && sum != wanted;
}

int main(int argc, char **argv)
{
    pid_t children[PROCESSES_MAX];

    if (argc > 0)
        parse(argv);
    unsigned started = start(children);
    struct shared *shared = started == processes ? work(0) : NULL;
    if (!shared)
        stop(children, started);
    while (child_ended(0))
        continue;
    if (failed)
        fprintf(stderr, "shm_cnt: %d of the processes failed\n", failed);
    if (!shared || failed)
        return 1;
    int wrong = report(shared->sum);
    return shm_close(SEGMENT) < 0 || wrong;
}
