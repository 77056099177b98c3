/* Signals end a process or do nothing: none can be caught. They have Linux's numbers. */
#pragma once

#include <sys/types.h>

#define SIGHUP    1
#define SIGINT    2
#define SIGQUIT   3
#define SIGILL    4
#define SIGTRAP   5
#define SIGABRT   6
#define SIGBUS    7
#define SIGFPE    8
#define SIGKILL   9
#define SIGUSR1   10
#define SIGSEGV   11
#define SIGUSR2   12
#define SIGPIPE   13
#define SIGALRM   14
#define SIGTERM   15
#define SIGSTKFLT 16
#define SIGCHLD   17 /* does nothing */
#define SIGCONT   18 /* does nothing */
#define SIGSTOP   19 /* kill: EINVAL, as for the next three */
#define SIGTSTP   20
#define SIGTTIN   21
#define SIGTTOU   22
#define SIGURG    23 /* does nothing */
#define SIGXCPU   24
#define SIGXFSZ   25
#define SIGVTALRM 26
#define SIGPROF   27
#define SIGWINCH  28 /* does nothing */
#define SIGIO     29
#define SIGPWR    30
#define SIGSYS    31
#define NSIG      32

/* Ends a process, and its parent hears of which signal; 0 only tells if there is one, ended children
 * that nobody has waited for among them. ESRCH: there is none; there are no groups, so also for
 * what is not above 0. EINVAL: no such signal, or one that would stop it. */
int kill(pid_t pid, int signal);
