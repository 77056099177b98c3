/* echo [-n] [WORD...]: writes its arguments, separated by blanks, and a newline, unless -n is given. */
#include <err.h>
#include <stdio.h>
#include <string.h>

#include "programs/lib/output.h"

int main(int argc, char **argv)
{
    int ends_line = argc < 2 || strcmp(argv[1], "-n") != 0;

    for (int i = ends_line ? 1 : 2; i < argc; i++)
        printf("%s%s", argv[i], i + 1 < argc ? " " : "");
    if (ends_line)
        putchar('\n');
    return output_failed();
}
