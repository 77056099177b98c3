/* Parts of bench_server in which one event wakes or ends many processes: a futex, an alarm, control-C. */
#include "libuser/mem/shm.h"
#include "programs/bench/parts.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { WORD_PAGE = 4711 /* the segment with the words */ };
enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1, FUTEX_CMP_REQUEUE = 4 };
static pid_t crowd[CROWD];
static uint64_t crowd_started;

static uint64_t clock_us(void)
{
    struct timespec now;

    check(clock_gettime(CLOCK_MONOTONIC, &now) == 0, "clock_gettime");
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void crowd_start(void (*run)(void))
{
    usleep(10000);
    crowd_started = clock_us();
    for (int i = 0; i < CROWD; i++)
        crowd[i] = child_start(run);
}

void crowd_wait(int expected)
{
    for (int i = 0; i < CROWD; i++)
        child_wait(crowd[i], expected);
}

void crowd_kill(void)
{
    for (int i = 0; i < CROWD; i++)
        check(kill(crowd[i], SIGKILL) == 0, "kill");
    crowd_wait(SIGKILL);
}

void crowd_announce(void)
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

/* All wait at one word, are moved to another, and are woken there. */
void part_futex(void)
{
    volatile uint32_t *word = words();

    crowd_start(wait_at_word);
    usleep(SETTLED);
    check(futex(word, FUTEX_CMP_REQUEUE, 0, INT_MAX, word + 1) >= 0, "FUTEX_CMP_REQUEUE");
    word[0] = 1;
    check(futex(word + 1, FUTEX_WAKE, INT_MAX, 0, 0) == CROWD, "FUTEX_WAKE");
    crowd_wait(0);
}

/* All alarms expire at the same tick. */
static void set_alarm(void)
{
    enum { AFTER = 500000, TICK = 10000 };
    unsigned passed = (unsigned)(clock_us() - crowd_started);
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
    crowd_start(ended_by_alarm);
    crowd_wait(SIGALRM);
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
    crowd_start(reads_until_alarm);
    crowd_wait(0);
}

void part_interrupt(void)
{
    signal(SIGINT, SIG_DFL);
    crowd_start(sleep_long);
    signal(SIGINT, SIG_IGN);
    crowd_announce();
    crowd_wait(SIGINT);
}
