/* There are no signals: these are the reasons why a process was ended (<sys/wait.h>). */
#pragma once

#include <sys/types.h>

#define SIGILL  4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGBUS  7
#define SIGFPE  8
#define SIGKILL 9
#define SIGSEGV 11
#define SIGTERM 15

/* Ends a process; `reason` is SIGKILL or SIGTERM. */
int kill(pid_t pid, int reason);
