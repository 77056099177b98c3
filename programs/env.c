/*
 * env [-i] [NAME=VALUE]... [PROGRAM [ARGUMENT...]]: runs a program with these variables added, or with only these (-i);
 * without a program writes the environment. Exit status: the program's; 126 if it cannot be run, 127 if it does not
 * exist.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "programs/lib/output.h"

enum { STATUS_USAGE = 125, STATUS_CANNOT_RUN = 126, STATUS_NOT_FOUND = 127 };

extern char **environ;

static int show(void)
{
    for (char **variable = environ; variable && *variable; variable++)
        puts(*variable);
    return output_failed();
}

int main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "+i")) != -1) {
        if (option == '?')
            return STATUS_USAGE;
        clearenv();
    }
    for (; argv[optind] && strchr(argv[optind], '='); optind++)
        if (putenv(argv[optind]))
            err(STATUS_USAGE, "%s", argv[optind]);
    if (!argv[optind])
        return show();
    execvp(argv[optind], argv + optind);
    int error = errno;
    warn("%s", argv[optind]);
    return error == ENOENT || error == ENOTDIR ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN;
}
