/* <ftw.h> */
#define _XOPEN_SOURCE 700 /* nftw */
#include "tests/system/headers/headers.h"

#include <ftw.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int files, directories;

static int visit(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)path, (void)about, (void)where;
    files += kind == FTW_F;
    directories += kind == FTW_DP;
    return 0;
}

static bool walks(void)
{
    files = directories = 0;
    mkdir("/tmp/w", 0700), mkdir("/tmp/w/d", 0700), close(creat("/tmp/w/d/f", 0600));
    bool good = IS(nftw("/tmp/w", visit, 5, FTW_DEPTH | FTW_PHYS), 0) && IS(files, 1) && IS(directories, 2);
    return IS(unlink("/tmp/w/d/f"), 0) && IS(rmdir("/tmp/w/d"), 0) && IS(rmdir("/tmp/w"), 0) && good;
}

const struct tap_point header_ftw[] = {{"a tree is walked", walks}, {0, 0}};
