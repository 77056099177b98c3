#include "programs/sh/kill.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs/sh/jobs.h"
#include "programs/sh/shell.h"
#include "programs/sh/signals.h"

static int send(const char *text, int signal)
{
    char *end;
    long pid = *text == '%' ? jobs_process(text) : strtol(text, &end, 10);

    if (*text == '%')
        end = "";
    if (!*text || *end || pid < 1 || pid >= 1000000000) {
        shell_complain("kill: %s: no such process", text);
        return 1;
    }
    if (kill((pid_t)pid, signal) == 0)
        return 0;
    shell_complain("kill: %s: %s", text, strerror(errno));
    return 1;
}

/* Prints all names; or the name of a number, which may be the status of a command that the signal ended. */
static int list(const char *text)
{
    int number = text ? atoi(text) : 0;

    if (number > STATUS_SIGNAL)
        number -= STATUS_SIGNAL;
    if (text && (number < 1 || !signal_name(number))) {
        shell_complain("kill: %s: no such signal", text);
        return STATUS_USAGE;
    }
    for (int signal = 1; signal < SIGNALS; signal++)
        if (signal_name(signal) && (!text || signal == number))
            puts(signal_name(signal));
    return 0;
}

/* Sends to the processes after the options. */
static int send_to_all(char **pids, int signal)
{
    int failed = 0;

    if (signal < 0 || !*pids) {
        shell_complain("kill: %s", signal < 0 ? "no such signal" : "missing operand");
        return STATUS_USAGE;
    }
    for (; *pids; pids++)
        failed |= send(*pids, signal);
    return failed;
}

int run_kill(char **words)
{
    const char *option = words[1] && words[1][0] == '-' ? words[1] + 1 : NULL;

    if (!option)
        return send_to_all(words + 1, SIGTERM);
    if (strcmp(option, "-") == 0)
        return send_to_all(words + 2, SIGTERM);
    if (strcmp(option, "l") == 0)
        return list(words[2]);
    if (strcmp(option, "s") == 0)
        return words[2] ? send_to_all(words + 3, signal_number(words[2])) : send_to_all(words + 2, -1);
    return send_to_all(words + 2, signal_number(option));
}
