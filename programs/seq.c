/* seq [-s SEPARATOR] [FIRST [STEP]] LAST: writes whole numbers, one a line, or with the separator between them. */
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "programs/lib/output.h"

static long number(const char *text)
{
    char *end;

    errno = 0;
    long value = strtol(text, &end, 10);
    if (!*text || *end || errno)
        errx(2, "%s: invalid number", text);
    return value;
}

static void write_all(long first, long step, long last, const char *separator)
{
    long at = first;

    if (step > 0 ? first > last : first < last)
        return;
    printf("%ld", at);
    while ((step > 0 ? last - at >= step : last - at <= step) && !ferror(stdout))
        printf("%s%ld", separator, at += step);
    putchar('\n');
}

/* Stops at a negative number, which is no option. */
static int take_options(int argc, char **argv, const char **separator)
{
    if (argc < 2 || strncmp(argv[1], "-s", 2) != 0)
        return 1;
    *separator = argv[1][2] ? argv[1] + 2 : argc > 2 ? argv[2] : "";
    return argv[1][2] ? 2 : 3;
}

int main(int argc, char **argv)
{
    const char *separator = "\n";
    int at = take_options(argc, argv, &separator), count = argc - at;

    if (count < 1 || count > 3)
        errx(2, "usage: seq [-s separator] [first [step]] last");
    long first = count > 1 ? number(argv[at]) : 1, step = count > 2 ? number(argv[at + 1]) : 1,
         last = number(argv[argc - 1]);
    if (step == 0)
        errx(2, "invalid step: 0");
    if (last > LONG_MAX / 2 || last < LONG_MIN / 2 || first > LONG_MAX / 2 || first < LONG_MIN / 2)
        errx(2, "the numbers are too large");
    write_all(first, step, last, separator);
    return output_failed();
}
