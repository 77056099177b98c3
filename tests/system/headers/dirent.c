/* <dirent.h>: directories. */
#include "tests/system/headers/headers.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int count(DIR *directory, const char *name)
{
    int found = 0;

    for (const struct dirent *entry; (entry = readdir(directory));)
        found += !strcmp(entry->d_name, name);
    return found;
}

static int is_name(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool reads(void)
{
    DIR *directory = opendir("/bin");

    if (!HOLDS(directory))
        return false;
    bool good = IS(count(directory, "hello"), 1) && IS(count(directory, "hello"), 0) &&
                (rewinddir(directory), IS(count(directory, "."), 1));
    return IS(closedir(directory), 0) && HOLDS(!opendir("/bin/none")) && IS(errno, ENOENT) &&
           HOLDS(!opendir("/bin/hello")) && IS(errno, ENOTDIR) && good;
}

static bool sorts(void)
{
    struct dirent **entries;

    mkdir("/tmp/d", 0755), mkdir("/tmp/d/b", 0755), mkdir("/tmp/d/a", 0755);
    bool good = IS(scandir("/tmp/d", &entries, is_name, alphasort), 2) &&
                HOLDS(!strcmp(entries[0]->d_name, "a") && entries[1]->d_type == DT_DIR);
    free(entries[0]), free(entries[1]), free(entries);
    return IS(rmdir("/tmp/d/a"), 0) && IS(rmdir("/tmp/d/b"), 0) && IS(rmdir("/tmp/d"), 0) && good;
}

const struct tap_point header_dirent[] = {{"directories are read", reads}, {"and sorted", sorts}, {0, 0}};
