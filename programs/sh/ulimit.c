#include "programs/sh/ulimit.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "programs/sh/shell.h"

enum { STATUS_FAILED = 1 };

static const struct limit {
    char letter;
    int resource;
    rlim_t unit;
    const char *name;
} limits[] = {
    {'c', RLIMIT_CORE, 512, "core file size (512 bytes)"},
    {'d', RLIMIT_DATA, 1024, "data (KiB)"},
    {'f', RLIMIT_FSIZE, 512, "file size (512 bytes)"},
    {'n', RLIMIT_NOFILE, 1, "descriptors"},
    {'s', RLIMIT_STACK, 1024, "stack (KiB)"},
    {'t', RLIMIT_CPU, 1, "processor time (seconds)"},
    {'u', RLIMIT_NPROC, 1, "processes"},
    {'v', RLIMIT_AS, 1024, "memory (KiB)"},
};
enum { LIMITS = sizeof limits / sizeof *limits };

static int complain(const char *what, const char *why)
{
    shell_complain("ulimit: %s: %s", what, why);
    return STATUS_USAGE;
}

static const struct limit *find(char letter)
{
    for (size_t i = 0; i < LIMITS; i++)
        if (limits[i].letter == letter)
            return &limits[i];
    return NULL;
}

static void print(const struct limit *limit)
{
    struct rlimit now;

    getrlimit(limit->resource, &now);
    if (now.rlim_cur == RLIM_INFINITY)
        puts("unlimited");
    else
        printf("%llu\n", (unsigned long long)(now.rlim_cur / limit->unit));
}

static int print_all(void)
{
    for (size_t i = 0; i < LIMITS; i++) {
        printf("-%c  %-28s", limits[i].letter, limits[i].name);
        print(&limits[i]);
    }
    return 0;
}

/* Reads an amount in units of `unit`; false: it is none. */
static bool read_amount(const char *text, rlim_t unit, rlim_t *amount)
{
    char *end;

    *amount = RLIM_INFINITY;
    if (strcmp(text, "unlimited") == 0)
        return true;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end || errno || number > (RLIM_INFINITY - 1) / unit)
        return false;
    *amount = number * unit;
    return true;
}

static int set(const struct limit *limit, const char *text)
{
    struct rlimit now, wanted;

    if (!read_amount(text, limit->unit, &wanted.rlim_cur))
        return complain(text, "illegal number");
    wanted.rlim_max = wanted.rlim_cur;
    getrlimit(limit->resource, &now);
    if (now.rlim_cur == wanted.rlim_cur || setrlimit(limit->resource, &wanted) == 0)
        return 0;
    complain(limit->name, errno == EINVAL  ? "the system cannot limit that"
                          : errno == EPERM ? "a limit can only be lowered"
                                           : strerror(errno));
    return STATUS_FAILED;
}

/* Letters: one for a limit, a for all, H and S, which mean the same here. */
int run_ulimit(char **words)
{
    const struct limit *limit = find('f');
    bool shows_all = false;

    for (words++; *words && **words == '-' && (*words)[1]; words++)
        for (const char *letter = *words + 1; *letter; letter++) {
            if (*letter == 'a')
                shows_all = true;
            else if (find(*letter))
                limit = find(*letter);
            else if (*letter != 'H' && *letter != 'S')
                return complain(*words, "unknown option");
        }
    if (*words)
        return words[1] ? complain(words[1], "too many arguments") : set(limit, *words);
    if (shows_all)
        return print_all();
    print(limit);
    return 0;
}
