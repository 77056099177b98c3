/* What the shell does when a signal comes, or when it ends: `trap`. An action runs behind the command that is running
 * then; `wait` ends before it. */
#pragma once

#include <stdbool.h>

/* Those of what has come. */
void traps_run(void);

/* A signal whose action is still to run; 0: none. */
int traps_due(void);

/* Until there is input, or a signal has come whose action is still to run: false. */
bool traps_wait_for_input(int descriptor);

/* Control-C is for an action, not for the shell. */
bool traps_has_interrupts(void);

/* The action for the shell's end, once. */
void traps_run_at_exit(void);

/* A copy of the shell begins with what is ignored, and no actions. */
void traps_forget(void);

int run_trap(char **words);
