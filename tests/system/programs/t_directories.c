/* Directories: making, changing and removing names, reading meanwhile, and resolving paths. */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { MANY = 10000, NAME_MOST = 255, PATH_MOST = 1023 };

static char path[4 * PATH_MOST], got[4 * PATH_MOST];

static uint32_t pages_free(void)
{
    struct statvfs status;

    return statvfs("/", &status) ? 0 : (uint32_t)status.f_bfree;
}

static bool makes(const char *name)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);

    return HOLDS(fd >= 0) && IS(close(fd), 0);
}

static bool is_in(const char *expected)
{
    return HOLDS(getcwd(got, sizeof got) == got) && IS(strcmp(got, expected), 0);
}

static uint32_t links_of(const char *name)
{
    struct stat status;

    return stat(name, &status) ? 0 : (uint32_t)status.st_nlink;
}

/* ------------------------------------------------------------------------------------- made and removed */

static bool directories_are_made(void)
{
    struct stat status;
    bool good = IS(mkdir("d", 0751), 0) && IS(stat("d", &status), 0) && IS(status.st_mode, S_IFDIR | 0751) &&
                IS(mkdir("d/e/", 0777), 0) && IS(stat("d/e", &status), 0) &&
                IS(status.st_mode, S_IFDIR | 0755); /* umask */

    good = good && FAILS(mkdir("d", 0777), EEXIST) && FAILS(mkdir("none/x", 0777), ENOENT) &&
           FAILS(mkdir("", 0777), ENOENT) && FAILS(mkdir("/dev/null/x", 0777), ENOTDIR) &&
           FAILS(mkdir("/", 0777), EEXIST) && FAILS(mkdir("d/.", 0777), EEXIST);
    good = good && makes("d/f") && FAILS(rmdir("d"), ENOTEMPTY) && FAILS(rmdir("d/f"), ENOTDIR) &&
           FAILS(unlink("d/e"), EISDIR) && FAILS(rmdir("none"), ENOENT) && FAILS(unlink("none"), ENOENT) &&
           FAILS(rmdir("/"), EBUSY) && FAILS(rmdir("d/e/."), EINVAL) && FAILS(unlink("d/f/"), ENOTDIR);
    return IS(unlink("d/f"), 0) && IS(rmdir("d/e"), 0) && IS(rmdir("d"), 0) && good &&
           FAILS(stat("d", &status), ENOENT);
}

static bool names_are_linked(void)
{
    bool good = makes("f") && IS(link("f", "g"), 0) && IS(links_of("f"), 2) && FAILS(link("f", "g"), EEXIST) &&
                FAILS(link("none", "h"), ENOENT) && FAILS(link("/bin", "h"), EPERM) &&
                FAILS(link("f", "none/h"), ENOENT) && FAILS(symlink("f", "h"), EPERM);

    good = good && IS(unlink("f"), 0) && IS(links_of("g"), 1) && FAILS(readlink("g", got, 10), EINVAL);
    return IS(unlink("g"), 0) && good;
}

static bool names_change(void)
{
    bool good = makes("f") && makes("g") && IS(mkdir("d", 0700), 0) && IS(mkdir("e", 0700), 0) && makes("e/x");

    good = good && FAILS(rename("none", "h"), ENOENT) && FAILS(rename("f", "d"), EISDIR) &&
           FAILS(rename("d", "f"), ENOTDIR) && FAILS(rename("d", "e"), ENOTEMPTY) &&
           FAILS(rename("d", "d/x"), EINVAL) && FAILS(rename("f", "f/x"), ENOTDIR) &&
           FAILS(rename("d/.", "h"), EBUSY) && FAILS(rename("f", "none/h"), ENOENT);
    good = good && IS(rename("f", "g"), 0) && FAILS(access("f", F_OK), ENOENT) && IS(rename("g", "g"), 0) &&
           IS(rename("e", "d"), 0) && IS(access("d/x", F_OK), 0) && IS(rename("d/x", "y"), 0) &&
           IS(rename("y", "d/z"), 0);
    return IS(unlink("d/z"), 0) && IS(rmdir("d"), 0) && IS(unlink("g"), 0) && good;
}

/* ------------------------------------------------------------------------------------- read */

static bool names_are_read(void)
{
    uint32_t seen = 0;
    bool good = IS(mkdir("d", 0700), 0) && makes("d/a") && makes("d/bb") && IS(mkdir("d/c", 0700), 0);
    DIR *directory = opendir("d");
    struct dirent *entry;

    good = good && HOLDS(directory);
    while (good && (entry = readdir(directory))) {
        struct stat status;
        snprintf(path, sizeof path, "d/%s", entry->d_name);
        good = IS(stat(path, &status), 0) && IS(status.st_ino, entry->d_ino) &&
               IS(entry->d_type, S_ISDIR(status.st_mode) ? DT_DIR : DT_REG);
        seen += entry->d_name[0] == '.' ? 1 : entry->d_name[0] == 'a' ? 10 : entry->d_name[0] == 'b' ? 100 : 1000;
    }
    good = IS(seen, 1112) && IS(closedir(directory), 0) && good;
    errno = 0;
    good = HOLDS(!opendir("none") && errno == ENOENT) && HOLDS(!opendir("d/a") && errno == ENOTDIR) && good;
    return IS(unlink("d/a"), 0) && IS(unlink("d/bb"), 0) && IS(rmdir("d/c"), 0) && IS(rmdir("d"), 0) && good;
}

/* A reader sees each name that stays, once, whatever comes and goes meanwhile. */
static bool names_change_while_they_are_read(void)
{
    enum { STAYS = 50 };
    uint32_t seen[STAYS] = {0}, step = 0, number;
    bool good = IS(mkdir("d", 0700), 0);

    for (uint32_t i = 0; i < STAYS; i++) {
        snprintf(path, sizeof path, "d/stays%u", i);
        good = makes(path) && good;
        snprintf(path, sizeof path, "d/goes%u", i);
        good = makes(path) && good;
    }
    DIR *directory = opendir("d");
    for (struct dirent *entry; good && (entry = readdir(directory)); step++) {
        if (sscanf(entry->d_name, "stays%u", &number) == 1)
            seen[number]++;
        snprintf(path, sizeof path, "d/goes%u", step % STAYS);
        (void)unlink(path);
        snprintf(path, sizeof path, "d/comes%u", step);
        good = step > 200 || makes(path);
    }
    for (uint32_t i = 0; i < STAYS; i++)
        good = IS(seen[i], 1) && good;
    rewinddir(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        snprintf(path, sizeof path, "d/%s", entry->d_name);
        (void)unlink(path);
    }
    return IS(closedir(directory), 0) && IS(rmdir("d"), 0) && good;
}

static bool places_are_kept(void)
{
    long positions[12];
    char names[12][20];
    uint32_t count = 0;
    bool good = IS(mkdir("d", 0700), 0);

    for (uint32_t i = 0; i < 10; i++) {
        snprintf(path, sizeof path, "d/name%u", i);
        good = makes(path) && good;
    }
    DIR *directory = opendir("d");
    for (struct dirent *entry; count < 12;) {
        positions[count] = telldir(directory);
        if (!(entry = readdir(directory)))
            break;
        snprintf(names[count++], 20, "%.19s", entry->d_name);
    }
    good = IS(count, 12) && HOLDS(!readdir(directory)) && good;
    for (uint32_t i = 0; good && i < 12; i++) {
        seekdir(directory, positions[i * 5 % 12]);
        struct dirent *entry = readdir(directory);
        good = HOLDS(entry) && IS(strcmp(entry->d_name, names[i * 5 % 12]), 0);
    }
    for (uint32_t i = 0; i < 10; i++) {
        snprintf(path, sizeof path, "d/name%u", i);
        good = IS(unlink(path), 0) && good;
    }
    return IS(closedir(directory), 0) && IS(rmdir("d"), 0) && good;
}

/* ------------------------------------------------------------------------------------- where one is */

static bool directories_are_entered(void)
{
    bool good =
        IS(mkdir("d", 0700), 0) && IS(mkdir("d/e", 0700), 0) && IS(chdir("d/e"), 0) && is_in("/d/e") && makes("f");
    int fd = open("..", O_RDONLY | O_DIRECTORY);

    good = good && IS(access("/d/e/f", F_OK), 0) && IS(fchdir(fd), 0) && is_in("/d") && IS(access("e/f", F_OK), 0) &&
           FAILS(chdir("e/f"), ENOTDIR) && FAILS(chdir("none"), ENOENT) && FAILS(chdir(""), ENOENT) &&
           FAILS(fchdir(77), EBADF) && FAILS(fchdir(1), ENOTDIR);
    errno = 0;
    good =
        good && HOLDS(!getcwd(got, 2) && errno == ERANGE) && HOLDS(getcwd(got, 3) == got) && IS(strcmp(got, "/d"), 0);
    good = good && IS(openat(fd, "e/f", O_RDONLY), fd + 1) && IS(close(fd + 1), 0) && IS(mkdirat(fd, "g", 0700), 0) &&
           IS(renameat(fd, "g", fd, "e/g"), 0) && IS(unlinkat(fd, "e/g", AT_REMOVEDIR), 0) &&
           IS(faccessat(fd, "e/f", F_OK, 0), 0) && IS(unlinkat(fd, "e/f", 0), 0);
    good = good && IS(chdir("e"), 0) && IS(rmdir("/d/e"), 0);
    errno = 0;
    good = good && HOLDS(!getcwd(got, sizeof got) && errno == ENOENT) &&
           FAILS(open("x", O_RDWR | O_CREAT, 0600), ENOENT) && IS(chdir(".."), 0) && is_in("/d");
    return IS(chdir("/"), 0) && is_in("/") && IS(close(fd), 0) && IS(rmdir("d"), 0) && good;
}

static int child_moves(void)
{
    return chdir("d") == 0 && access("f", F_OK) == 0 && chdir("..") == 0 ? 4 : 1;
}

static bool a_child_is_where_its_parent_was(void)
{
    bool good = IS(mkdir("d", 0700), 0) && makes("d/f") && IS(child_run(child_moves), EXITED(4)) && IS(chdir("d"), 0);

    good = good && IS(child_run(child_moves), EXITED(1)) && is_in("/d");
    return IS(chdir("/"), 0) && IS(unlink("d/f"), 0) && IS(rmdir("d"), 0) && good;
}

/* ------------------------------------------------------------------------------------- long and deep */

static bool names_are_long(void)
{
    memset(path, 'n', sizeof path);
    path[NAME_MOST] = 0;
    bool good = makes(path) && IS(access(path, F_OK), 0) && IS(rename(path, "short"), 0) &&
                IS(rename("short", path), 0) && IS(unlink(path), 0);

    path[NAME_MOST] = 'n', path[NAME_MOST + 1] = 0;
    good = FAILS(open(path, O_RDWR | O_CREAT, 0600), ENAMETOOLONG) && FAILS(mkdir(path, 0700), ENAMETOOLONG) &&
           FAILS(rename("/bin", path), ENAMETOOLONG) && good;
    memset(path, '/', PATH_MOST);
    strcpy(path + PATH_MOST - 3, "bin");
    good = IS(access(path, F_OK), 0) && good;
    memset(path, '/', PATH_MOST + 1);
    strcpy(path + PATH_MOST - 2, "bin");
    good = FAILS(access(path, F_OK), ENAMETOOLONG) && good;
    memset(path, 'x', sizeof path);
    path[sizeof path - 1] = 0;
    return FAILS(access(path, F_OK), ENAMETOOLONG) && FAILS(chdir(path), ENAMETOOLONG) && good;
}

/* As deep as a path can be, and back again. */
static bool directories_are_deep(void)
{
    uint32_t depth = 0;
    bool good = true;

    for (; good && depth < PATH_MOST / 2; depth++)
        good = IS(mkdir("d", 0700), 0) && IS(chdir("d"), 0);
    good = HOLDS(getcwd(got, sizeof got) == got) && IS(strlen(got), 2 * depth) && good;
    good = IS(access(got, F_OK), 0) && good;
    for (; good && depth; depth--)
        good = IS(chdir(".."), 0) && IS(rmdir("d"), 0);
    return is_in("/") && good;
}

static bool there_are_many(void)
{
    uint32_t free = pages_free(), seen = 0;
    bool good = IS(mkdir("many", 0700), 0) && IS(chdir("many"), 0);

    for (uint32_t i = 0; good && i < MANY; i++) {
        snprintf(path, sizeof path, "name%u", i);
        good = IS(mknod(path, S_IFREG | 0600, 0), 0);
    }
    DIR *directory = opendir(".");
    while (good && readdir(directory))
        seen++;
    good = IS(seen, MANY + 2) && IS(closedir(directory), 0) && FAILS(rmdir("/many"), ENOTEMPTY) && good;
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(path, sizeof path, "name%u", (i * 7919) % MANY);
        good = IS(unlink(path), 0) && good;
        if (!good)
            break;
    }
    return IS(chdir("/"), 0) && IS(rmdir("many"), 0) && good && IS(pages_free(), free);
}

int main(void)
{
    static const struct tap_point points[] = {
        {"directories are made and removed", directories_are_made},
        {"names are linked", names_are_linked},
        {"names change", names_change},
        {"names are read, with the kinds of their files", names_are_read},
        {"names change while they are read", names_change_while_they_are_read},
        {"positions in a directory are kept", places_are_kept},
        {"directories are entered, and removed below one", directories_are_entered},
        {"a child has its parent's working directory", a_child_is_where_its_parent_was},
        {"names and paths have a greatest length", names_are_long},
        {"directories are deep", directories_are_deep},
        {"there are 10,000 names", there_are_many},
    };

    return TAP_RUN(points);
}
