#include "libuser/mem/uspinlock.h"

#include <sched.h>

enum { SPINS = 200 };

static unsigned swap(struct uspinlock *lock, unsigned locked)
{
    __asm__ volatile("xchgl %0, %1" : "+r"(locked), "+m"(lock->locked) : : "memory");
    return locked;
}

/* Reads until the lock seems free or the tries are used up. Reading leaves the cache line shared. */
static void spin(const struct uspinlock *lock)
{
    for (int i = 0; i < SPINS && *(const volatile unsigned *)&lock->locked; i++)
        __asm__ volatile("pause");
}

__attribute__((weak)) void uacquire(struct uspinlock *lock)
{
    while (swap(lock, 1)) {
        spin(lock);
        if (*(volatile unsigned *)&lock->locked)
            sched_yield();
    }
}

/* A plain store is enough: on x86 no earlier write becomes visible after it. */
__attribute__((weak)) void urelease(struct uspinlock *lock)
{
    __asm__ volatile("movl $0, %0" : "=m"(lock->locked) : : "memory");
}
