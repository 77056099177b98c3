/* ln FILE NAME: gives a file another name; if NAME is a directory, in it. */
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "programs/lib/paths.h"

int main(int argc, char **argv)
{
    char path[PATH_MAX];

    if (argc != 3)
        errx(2, "usage: ln file name");
    const char *name = argv[2], *slash = strrchr(argv[1], '/');
    if (path_is_directory(name)) {
        if (snprintf(path, sizeof path, "%s/%s", name, slash ? slash + 1 : argv[1]) >= (int)sizeof path)
            errx(1, "%s: %s", name, strerror(ENAMETOOLONG));
        name = path;
    }
    if (link(argv[1], name) < 0)
        err(1, "%s to %s", argv[1], name);
    return 0;
}
