#include "programs/sh/signals.h"

#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

const char *signal_name(int signal)
{
    static const char *const names[SIGNALS] = {
        [0] = "EXIT",           [SIGHUP] = "HUP",   [SIGINT] = "INT",     [SIGQUIT] = "QUIT", [SIGILL] = "ILL",
        [SIGTRAP] = "TRAP",     [SIGABRT] = "ABRT", [SIGBUS] = "BUS",     [SIGFPE] = "FPE",   [SIGKILL] = "KILL",
        [SIGUSR1] = "USR1",     [SIGSEGV] = "SEGV", [SIGUSR2] = "USR2",   [SIGPIPE] = "PIPE", [SIGALRM] = "ALRM",
        [SIGTERM] = "TERM",     [SIGCHLD] = "CHLD", [SIGCONT] = "CONT",   [SIGSTOP] = "STOP", [SIGTSTP] = "TSTP",
        [SIGTTIN] = "TTIN",     [SIGTTOU] = "TTOU", [SIGURG] = "URG",     [SIGXCPU] = "XCPU", [SIGXFSZ] = "XFSZ",
        [SIGVTALRM] = "VTALRM", [SIGPROF] = "PROF", [SIGWINCH] = "WINCH", [SIGPOLL] = "POLL", [SIGSYS] = "SYS"};

    return signal >= 0 && signal < SIGNALS ? names[signal] : NULL;
}

int signal_number(const char *text)
{
    const char *name = strncmp(text, "SIG", 3) == 0 ? text + 3 : text;
    char *end;

    for (int signal = 0; signal < SIGNALS; signal++)
        if (signal_name(signal) && strcmp(signal_name(signal), name) == 0)
            return signal;
    long number = strtol(text, &end, 10);
    return isdigit((unsigned char)*text) && !*end && number < SIGNALS ? (int)number : -1;
}
