/*
 * Jobs: background processes, until their end has been reported. A new job gets the number after the largest one.
 *
 *      %2      number 2                %%, %+, %   the last one
 *      %sl     begins with `sl`        %-          the one before that
 *      %?ee    contains `ee`
 *
 * A copy of the shell knows the shell's jobs by name, but cannot wait for them.
 */
#pragma once

#include <sys/types.h>

/* Returns the job's number. */
unsigned jobs_add(pid_t pid, const char *text);

/* Notes the jobs that have ended; a copy of the shell made after that knows, too. */
void jobs_look(void);

/* For a copy of the shell: the jobs belong to its parent. */
void jobs_forget(void);

/* Reports jobs that have ended meanwhile, each in a line. */
void jobs_tell(void);

/* The process of %2 and so on; -1: no such job, or several. */
pid_t jobs_process(const char *name);

/* Waits until the job ends, and returns its status; STATUS_NOT_FOUND if there is none. */
int jobs_wait(pid_t pid);

/* Waits for all jobs: 0, or the status for a signal with an action, which ends the wait. */
int jobs_wait_all(void);

/* The builtin: prints all jobs, or the given ones; -l with the process, -p only that. */
int run_jobs(char **words);
