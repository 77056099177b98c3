/* basename PATH [SUFFIX]: writes the last name of a path, without the suffix, unless the name is the suffix itself. */
#include <err.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>

#include "programs/lib/output.h"

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 3)
        errx(2, "usage: basename path [suffix]");
    char *name = basename(argv[1]);
    size_t length = strlen(name), suffix = argc == 3 ? strlen(argv[2]) : 0;
    if (suffix && suffix < length && strcmp(name + length - suffix, argv[2]) == 0)
        length -= suffix;
    printf("%.*s\n", (int)length, name);
    return output_failed();
}
