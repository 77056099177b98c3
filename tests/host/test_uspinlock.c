/*
 * The user-level spinlock with real threads: no update is lost, and only one thread is inside; and if another thread
 * takes the lock between any two instructions, it is not taken twice.
 *   sources: libuser/mem/uspinlock.c
 */
#include "libuser/mem/uspinlock.h"
#include "tests/host/check.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

enum { THREADS = 8, ROUNDS = 20000 };

static struct uspinlock lock;
static unsigned counter, inside;

static void *count(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        uacquire(&lock);
        CHECK(inside++ == 0);
        counter++;
        CHECK(--inside == 0);
        urelease(&lock);
    }
    return NULL;
}

/* ---------------------------------------------------------------------------------- between any two instructions */

enum { TRAP_FLAG = 0x100, STEPS = 40, HELD = 60 };

static volatile unsigned step, takes_at; /* the step at which another thread takes the lock, if it is free */
static volatile bool others;             /* the other thread has it */

static void on_step(int signal_number)
{
    (void)signal_number;
    step++;
    if (step == takes_at && !lock.locked)
        lock.locked = others = true;
    if (others && step == takes_at + HELD)
        lock.locked = others = false;
}

/* The processor traps after each of the following instructions. */
static void trap(unsigned on)
{
    __asm__ volatile("lea -128(%%rsp), %%rsp\n\t pushf\n\t andl $~0x100, (%%rsp)\n\t orl %0, (%%rsp)\n\t popf\n\t lea "
                     "128(%%rsp), %%rsp"
                     :
                     : "r"(on)
                     : "memory", "cc");
}

static void nobody_gets_in_between(void)
{
    CHECK(signal(SIGTRAP, on_step) != SIG_ERR);
    for (takes_at = 1; takes_at < STEPS; takes_at++) {
        step = 0;
        trap(TRAP_FLAG);
        uacquire(&lock);
        trap(0);
        CHECK(!others && lock.locked);
        urelease(&lock);
        CHECK(step > 3);
    }
}

int main(void)
{
    pthread_t threads[THREADS];

    nobody_gets_in_between();
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, count, NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(counter == THREADS * ROUNDS && lock.locked == 0);
    return 0;
}
