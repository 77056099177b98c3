/* Signals sent to a child process, whose handler records them on a board in shared memory. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

enum { MANY = 25 };
enum { READY, CAUGHT, SENDER, CODE, VALUE, ON_STACK, BOARD_WORDS };

extern volatile uint32_t *board; /* in a segment that all inherit */

/* signal_board_open() clears the board and catches SIGUSR1, also for children. signal_board_close() returns `good`, or
 * false if the board cannot be closed. */
void signal_board_open(void);
bool signal_board_close(bool good);

/* signal_record() is a handler that records the signal; signal_catch() installs it. */
void signal_record(int signal, siginfo_t *info, void *context);
void signal_catch(int signal, int flags);

/* Sends SIGUSR1 MANY times to a child that runs `piece` for ever; each must be handled before the next is sent. */
bool signal_many(int (*piece)(void));

/* The same; after the last one the child sets READY to `ready`. */
bool signal_many_until(int (*piece)(void), uint32_t ready);

/* Sends SIGUSR1 each time the child, which runs `piece`, increments READY, `times` times; it must end with `status`. */
bool signal_when_ready(int (*piece)(void), uint32_t times, int status);

/* Pieces: computes() returns if a register, a flag or the FPU has lost its value; sleeps() sleeps again and again. */
int computes(void);
int sleeps(void);
