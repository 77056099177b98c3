#include "programs/sh/kill.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "programs/sh/shell.h"

static const struct {
    const char *name;
    int number;
} signals[] = {{"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"ABRT", SIGABRT},
               {"KILL", SIGKILL}, {"USR1", SIGUSR1}, {"SEGV", SIGSEGV}, {"USR2", SIGUSR2},
               {"PIPE", SIGPIPE}, {"ALRM", SIGALRM}, {"TERM", SIGTERM}, {"CHLD", SIGCHLD}};

static int number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);

    return *text && !*end && value >= 0 && value < 1000000000 ? (int)value : -1;
}

static int signal_of(const char *text)
{
    const char *name = strncmp(text, "SIG", 3) == 0 ? text + 3 : text;

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (strcmp(signals[i].name, name) == 0)
            return signals[i].number;
    return number(text);
}

static int send(const char *text, int signal)
{
    int pid = number(text);

    if (pid < 1) {
        shell_complain("kill: %s: no process", text);
        return 1;
    }
    if (kill(pid, signal) == 0)
        return 0;
    shell_complain("kill: %s: %s", text, strerror(errno));
    return 1;
}

int run_kill(char **words)
{
    const char *name = words[1] && words[1][0] == '-' ? words[1] + 1 : NULL;
    int signal = name ? signal_of(name) : SIGTERM, failed = 0;
    char **pid = words + (name ? 2 : 1);

    if (signal < 0 || !*pid) {
        shell_complain("kill: %s", signal < 0 ? "no such signal" : "a process is missing");
        return STATUS_USAGE;
    }
    for (; *pid; pid++)
        failed |= send(*pid, signal);
    return failed;
}
