/* rm [-rf] FILE...: removes files; -r: directories too, with their contents; -f: ignores missing files. */
#include <err.h>
#include <errno.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DESCRIPTORS = 20 };

static int recursive, force;

static int complain(const char *path)
{
    if (force && errno == ENOENT)
        return 0;
    warn("%s", path);
    return 1;
}

/* A directory comes after its contents. */
static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
    (void)status, (void)ftw;
    return (kind == FTW_DP ? rmdir(path) : unlink(path)) < 0 && complain(path);
}

/* True for . and .., which are not removed. */
static int is_dots(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static int remove_all(const char *path)
{
    if (is_dots(path)) {
        warnx("%s: is not removed", path);
        return 1;
    }
    int failed = nftw(path, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
    return failed < 0 ? complain(path) : failed;
}

int main(int argc, char **argv)
{
    int option, failed = 0;

    while ((option = getopt(argc, argv, "rRf")) != -1) {
        if (option == '?')
            return 2;
        recursive |= option != 'f';
        force |= option == 'f';
    }
    if (optind == argc && !force)
        errx(2, "usage: rm [-rf] file...");
    for (char **path = argv + optind; *path; path++)
        failed |= recursive ? remove_all(*path) : unlink(*path) < 0 && complain(*path);
    return failed;
}
