/* mkdir [-p] DIRECTORY...: makes directories; -p: also missing ones above them, and accepts existing ones. */
#include <err.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "programs/lib/paths.h"

enum { MODE = 0777 };

static int make(const char *path, int may_be_there)
{
    return mkdir(path, MODE) == 0 || (may_be_there && errno == EEXIST && path_is_directory(path));
}

/* Makes each part of the path up to a slash, then the whole path. */
static int make_all(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        int good = make(path, 1);
        *slash = '/';
        if (!good)
            return 0;
    }
    return make(path, 1);
}

int main(int argc, char **argv)
{
    int option, parents = 0, failed = 0;

    while ((option = getopt(argc, argv, "p")) != -1) {
        if (option != 'p')
            return 2;
        parents = 1;
    }
    if (optind == argc)
        errx(2, "usage: mkdir [-p] directory...");
    for (char **path = argv + optind; *path; path++)
        if (!(parents && **path ? make_all(*path) : make(*path, 0))) {
            warn("%s", *path);
            failed = 1;
        }
    return failed;
}
