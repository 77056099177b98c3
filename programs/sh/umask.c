#include "programs/sh/umask.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "programs/lib/modes.h"
#include "programs/sh/shell.h"

enum { STATUS_FAILED = 1, ALL = 0777 };

static void print_letters(const char *who, mode_t bits, char end)
{
    printf("%s=%s%s%s%c", who, bits & 4 ? "r" : "", bits & 2 ? "w" : "", bits & 1 ? "x" : "", end);
}

/* Prints the modes that new files do get. */
static int print_modes(mode_t mode)
{
    print_letters("u", mode >> 6, ',');
    print_letters("g", mode >> 3, ',');
    print_letters("o", mode, '\n');
    return 0;
}

int run_umask(char **words)
{
    mode_t mask = umask(0), mode;
    bool in_letters = words[1] && strcmp(words[1], "-S") == 0;

    umask(mask);
    words += 1 + in_letters;
    if (*words && strcmp(*words, "--") == 0)
        words++;
    if (!*words)
        return in_letters ? print_modes(~mask & ALL) : printf("%04o\n", (unsigned)mask) < 0;
    bool is_octal = mode_is_octal(*words, &mode);
    if (!is_octal && !mode_change(*words, ~mask & ALL, 0, &mode)) {
        shell_complain("umask: %s: illegal mode", *words);
        return STATUS_FAILED;
    }
    umask(is_octal ? mode & ALL : ~mode & ALL);
    return 0;
}
