/*
 * The user-level spinlock with real threads: no update is lost, and one thread at a time is inside.
 *   sources: libuser/mem/uspinlock.c
 */
#include "libuser/mem/uspinlock.h"
#include "tests/host/check.h"

#include <pthread.h>

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

int main(void)
{
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, count, NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(counter == THREADS * ROUNDS && lock.locked == 0);
    return 0;
}
