/* A lock in memory that processes share. Zeroed memory is an unlocked one. A process that
 * dies with it leaves it locked. */
#pragma once

struct uspinlock {
    unsigned int locked;
};

/* Spins a little, then lets others run between tries. */
void uacquire(struct uspinlock *lock);
void urelease(struct uspinlock *lock);
