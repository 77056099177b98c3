/* `trap`: actions for signals, and for the shell's end. An action runs after the current command; `wait` returns at
 * once, and then the action runs. */
#pragma once

#include <stdbool.h>

/* Runs the actions of signals that have come. */
void traps_run(void);

/* A signal that has come and whose action has not run yet; 0: none. */
int traps_due(void);

/* Waits for input. False: a signal has come first, whose action has not run yet. */
bool traps_wait_for_input(int descriptor);

/* True if control-C has an action. */
bool traps_has_interrupts(void);

/* Runs the action for the shell's end, once. */
void traps_run_at_exit(void);

/* For a copy of the shell: keeps ignored signals, and removes actions. */
void traps_forget(void);

int run_trap(char **words);
