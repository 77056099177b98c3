/* A spinlock in shared memory. Zeroed memory is an unlocked lock. A process that dies with the lock
 * leaves it locked. */
#pragma once

struct uspinlock {
    unsigned int locked;
};

/* Spins for a while, then yields between tries. */
void uacquire(struct uspinlock *lock);
void urelease(struct uspinlock *lock);
