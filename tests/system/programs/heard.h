/* Signals sent to a piece of a test in another process, which records them on a board in shared memory. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

enum { MANY = 25 };
enum { READY, HEARD, SENDER, CODE, VALUE, ON_STACK, BOARD_WORDS };

extern volatile uint32_t *board; /* in a segment that all inherit */

/* heard_begin() clears the board and catches SIGUSR1, also for children. heard_end() is true if the board is closed and
 * `good`. */
void heard_begin(void);
bool heard_end(bool good);

/* heard_note() is a handler that records the signal; heard_catch() sets it. */
void heard_note(int signal, siginfo_t *info, void *context);
void heard_catch(int signal, int flags);

/* Sends many SIGUSR1, one after the other, to a child that runs `piece` for ever: each must be handled. */
bool heard_all(int (*piece)(void));

/* The same; when it has handled all, the child sets READY to `ready`. */
bool heard_all_until(int (*piece)(void), uint32_t ready);

/* Sends a signal whenever the piece says that it is ready for one more, so many times; it must end with this status. */
bool heard_ends(int (*piece)(void), uint32_t times, int status);

/* Pieces: one checks that registers, flags and the FPU keep their values; one sleeps again and again. */
int computes(void);
int sleeps(void);
