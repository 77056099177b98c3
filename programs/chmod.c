/*
 * chmod [-R] MODE FILE...: changes the modes of files; -R: and of all files below them. MODE: octal, or u g o a, + - =,
 * r w x, as in u+x or go-w,a=r. Modes are stored and shown, but not enforced.
 */
#include <err.h>
#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "programs/lib/modes.h"

enum { DESCRIPTORS = 20, MODE_MAX = 07777 };

static const char *mode_text;
static mode_t mask; /* used if no letter says for whom: the bits that new files may get */
static int failed;

static mode_t changed(mode_t mode)
{
    if (!mode_is_octal(mode_text, &mode) && !mode_change(mode_text, mode, mask, &mode))
        errx(2, "invalid mode: %s", mode_text);
    return mode;
}

static int change_one(const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
    (void)kind, (void)ftw;
    if (chmod(path, changed(status->st_mode & MODE_MAX)) < 0) {
        warn("%s", path);
        failed = 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    int recursive = argc > 1 && strcmp(argv[1], "-R") == 0;
    char **path = argv + 1 + recursive;
    struct stat status;

    if (argc < 3 + recursive)
        errx(2, "usage: chmod [-R] mode file...");
    mode_text = *path++;
    mask = umask(0);
    changed(0);
    for (; *path; path++)
        if (recursive ? nftw(*path, change_one, DESCRIPTORS, FTW_PHYS) < 0 : stat(*path, &status) < 0) {
            warn("%s", *path);
            failed = 1;
        } else if (!recursive) {
            change_one(*path, &status, FTW_F, NULL);
        }
    return failed;
}
