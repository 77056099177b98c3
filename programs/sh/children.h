/* Child processes. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Like fork(), but reports errors. The copy of the shell is not interactive. */
pid_t fork_shell(void);

/* Waits for a process, and returns its status. If control-C ended it, the rest of the line is not run. */
int wait_for(pid_t pid);

/* Waits for a process that control-C does not reach. False if it still runs, because control-C or a signal with an
 * action came, or if it does not exist. */
bool wait_for_job(pid_t pid, int *ended);

/* Ends a shell that runs a script by SIGINT, if control-C came. */
void end_if_stopped(void);
