/*
 * What runs in the background, until somebody has heard of its end. Each has a number, behind those there are:
 *
 *      %2      that one                %%, %+, %   the one that began last
 *      %sl     it begins so            %-          the one before that
 *      %?ee    that is in it
 *
 * A copy of the shell knows those of the shell by name, but cannot wait for them.
 */
#pragma once

#include <sys/types.h>

/* Its number. */
unsigned jobs_add(pid_t pid, const char *text);

/* Which of them have ended is known from here on, also to a copy of the shell. */
void jobs_look(void);

/* They are another process's. */
void jobs_forget(void);

/* Those that have ended meanwhile, each with a line. */
void jobs_tell(void);

/* Of %2 and so on; -1: there is none, or several. */
pid_t jobs_process(const char *name);

/* The status of that one, when it has ended; STATUS_NOT_FOUND if there is none. */
int jobs_wait(pid_t pid);

/* 0, or that of a signal with an action, which ends the waiting. */
int jobs_wait_all(void);

/* The builtin: a line of each, or of those that are named; -l with the process, -p that alone. */
int run_jobs(char **words);
