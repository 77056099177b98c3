#include "libuser/mem/shm.h"
#include "programs/bench/parts.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { WORD_PAGE = 4711 };
enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1, FUTEX_CMP_REQUEUE = 4 };
static pid_t crowd[CROWD];
static uint64_t crowd_began;

static uint64_t clock_us(void)
{
    struct timespec now;

    check(clock_gettime(CLOCK_MONOTONIC, &now) == 0, "clock_gettime");
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void crowd_begins(void (*run)(void))
{
    usleep(10000);
    crowd_began = clock_us();
    for (int i = 0; i < CROWD; i++)
        crowd[i] = child_begins(run);
}

void crowd_ends(int expected)
{
    for (int i = 0; i < CROWD; i++)
        child_ends(crowd[i], expected);
}

void crowd_is_killed(void)
{
    for (int i = 0; i < CROWD; i++)
        check(kill(crowd[i], SIGKILL) == 0, "kill");
    crowd_ends(SIGKILL);
}

void crowd_is_there(void)
{
    printf("bench: all are there\n");
    fflush(stdout);
}

/* Words in a page that all processes share. */
static volatile uint32_t *words(void)
{
    static char *page;

    if (!page)
        check(shm_open(WORD_PAGE, &page) == 0, "shm_open");
    return (volatile uint32_t *)(void *)page;
}

static long futex(volatile uint32_t *word, int what, uint32_t value, uint32_t most, volatile uint32_t *to)
{
    return syscall(SYS_futex, word, what, value, most, to, 0);
}

static void wait_at_word(void)
{
    while (words()[0] == 0)
        futex(words(), FUTEX_WAIT, 0, 0, 0);
}

/* All wait at different words, and are then woken. */
void part_futex(void)
{
    volatile uint32_t *word = words();

    crowd_begins(wait_at_word);
    usleep(SETTLED);
    check(futex(word, FUTEX_CMP_REQUEUE, 0, INT_MAX, word + 1) >= 0, "FUTEX_CMP_REQUEUE");
    word[0] = 1;
    check(futex(word + 1, FUTEX_WAKE, INT_MAX, 0, 0) == CROWD, "FUTEX_WAKE");
    crowd_ends(0);
}

/* All alarms are in the same tick. */
static void set_alarm(void)
{
    enum { AFTER = 500000, TICK = 10000 };
    unsigned passed = (unsigned)(clock_us() - crowd_began);
    const struct itimerval shortly = {.it_value.tv_usec = (long)((AFTER - passed) / TICK * TICK)};

    check(passed < AFTER && setitimer(ITIMER_REAL, &shortly, 0) == 0, "setitimer");
}

static void ended_by_alarm(void)
{
    set_alarm();
    sleep_long();
}

void part_alarms(void)
{
    crowd_begins(ended_by_alarm);
    crowd_ends(SIGALRM);
}

static volatile sig_atomic_t is_caught;

static void on_signal(int signal)
{
    (void)signal;
    is_caught = 1;
}

/* Waits in a call to the file server, which proc cannot end itself. */
static void reads_until_alarm(void)
{
    int ends[2];
    char byte;

    check(pipe(ends) == 0, "pipe");
    signal(SIGALRM, on_signal);
    siginterrupt(SIGALRM, 1);
    set_alarm();
    check(read(ends[0], &byte, 1) < 0 && is_caught, "a read that an alarm ends");
}

void part_handlers(void)
{
    crowd_begins(reads_until_alarm);
    crowd_ends(0);
}

void part_interrupt(void)
{
    signal(SIGINT, SIG_DFL);
    crowd_begins(sleep_long);
    signal(SIGINT, SIG_IGN);
    crowd_is_there();
    crowd_ends(SIGINT);
}
