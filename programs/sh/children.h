/* Processes that the shell waits for. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* As fork(), but what fails is told. The copy of the shell is one that nobody types to. */
pid_t fork_shell(void);

/* The status of one that ends. Who is interrupted at a terminal ends all that is behind it in the line. */
int wait_for(pid_t pid);

/* How one that control-C is not for has ended; false if it has not, as control-C or a signal with an action came, or is
 * not there. */
bool wait_for_job(pid_t pid, int *ended);

/* A shell that runs a script and was interrupted ends by the signal. */
void end_if_stopped(void);
