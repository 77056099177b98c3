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
    mkdir("/tmp/t", 0700), mkdir("/tmp/t/d", 0700), close(creat("/tmp/t/d/f", 0600));
    bool good = IS(nftw("/tmp/t", visit, 5, FTW_DEPTH | FTW_PHYS), 0) && IS(files, 1) && IS(directories, 2);
    return IS(unlink("/tmp/t/d/f"), 0) && IS(rmdir("/tmp/t/d"), 0) && IS(rmdir("/tmp/t"), 0) && good;
}

const struct tap_point header_ftw[] = {{"a tree is walked", walks}, {0, 0}};
