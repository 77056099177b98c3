/* dirname PATH: writes a path without its last name. */
#include <err.h>
#include <libgen.h>
#include <stdio.h>

#include "programs/lib/output.h"

int main(int argc, char **argv)
{
    if (argc != 2)
        errx(2, "usage: dirname path");
    puts(dirname(argv[1]));
    return output_failed();
}
