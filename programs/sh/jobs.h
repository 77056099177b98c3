/* What runs in the background, until somebody has heard of its end. */
#pragma once

#include <sys/types.h>

void jobs_add(pid_t pid);

/* They are another process's. */
void jobs_forget(void);

/* Those that have ended meanwhile, each with a line. */
void jobs_tell(void);

/* The status of that one, when it has ended; STATUS_NOT_FOUND if there is none. */
int jobs_wait(pid_t pid);

/* 0, or that of a signal with an action, which ends the waiting. */
int jobs_wait_all(void);
