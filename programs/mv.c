/* mv FILE... TARGET: renames a file or directory, or moves several into the directory TARGET. */
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "programs/lib/paths.h"

static int move(char *from, const char *target, int into)
{
    char path[PATH_MAX];
    int bytes = into ? snprintf(path, sizeof path, "%s/%s", target, path_last_name(from)) : 0;

    if (bytes >= (int)sizeof path)
        errno = ENAMETOOLONG;
    else if (rename(from, into ? path : target) == 0)
        return 0;
    warn("%s to %s", from, target);
    return 1;
}

int main(int argc, char **argv)
{
    int failed = 0;

    if (argc < 3)
        errx(2, "usage: mv file... target");
    const char *target = argv[argc - 1];
    int into = path_is_directory(target);
    if (argc > 3 && !into)
        errx(1, "%s: not a directory", target);
    for (int i = 1; i < argc - 1; i++)
        failed |= move(argv[i], target, into);
    return failed;
}
