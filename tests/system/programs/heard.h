/* Signals sent to a piece of a test in another process, which records them on a board in shared memory. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

enum { MANY = 25 };
enum { READY, HEARD, SENDER, CODE, VALUE, ON_STACK, BOARD_WORDS };

extern volatile uint32_t *board; /* in a segment that all inherit */

/* The board is empty, and SIGUSR1 is caught, by children, too. At the end: true if it is gone and `good`. */
void heard_begin(void);
bool heard_end(bool good);

/* A handler that notes what it hears, for that signal. */
void heard_note(int signal, siginfo_t *info, void *context);
void heard_catch(int signal, int flags);

/* SIGUSR1 many times, one after the other, to who does `piece` for ever: each is heard. */
bool heard_all(int (*piece)(void));

/* The same, to who is so ready when it has heard all. */
bool heard_all_until(int (*piece)(void), uint32_t ready);

/* A signal whenever the piece has said that it is ready for one more, so many times: the status that it ends with. */
bool heard_ends(int (*piece)(void), uint32_t times, int status);

/* Pieces: all registers, flags and the FPU stay what they were; it sleeps again and again. */
int computes(void);
int sleeps(void);
