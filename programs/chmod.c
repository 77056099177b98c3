/*
 * chmod [-R] MODE FILE...: changes the modes of files; -R: also of all that is below them. MODE: octal, or u g o a, + -
 * =, r w x, as in u+x or go-w,a=r. The mode is kept and shown; it stops nobody.
 */
#include <err.h>
#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DESCRIPTORS = 20, MODE_MAX = 07777 };

static const char *mode_text;
static mode_t mask; /* for whom no letter says: all but what is not given to new files either */
static int failed;

static _Noreturn void bad_mode(void)
{
    errx(2, "%s: not a mode", mode_text);
}

/* The letters at *at as bits, one of `bits` for each of `letters`. */
static mode_t take_letters(const char **at, const char *letters, const mode_t *bits)
{
    mode_t taken = 0;
    const char *letter;

    while (**at && (letter = strchr(letters, **at))) {
        taken |= bits[letter - letters];
        (*at)++;
    }
    return taken;
}

/* One part between commas. */
static mode_t change(mode_t mode, const char **at)
{
    static const mode_t whose[] = {0700, 070, 07, 0777}, what[] = {0444, 0222, 0111};
    mode_t who = take_letters(at, "ugoa", whose);

    who = who ? who : 0777 & ~mask;
    if (!**at || !strchr("+-=", **at))
        bad_mode();
    while (**at && strchr("+-=", **at)) {
        char operator= *(*at)++;
        mode_t bits = take_letters(at, "rwx", what) & who;
        mode = operator== '-' ? mode & ~bits : operator== '+' ? mode | bits : (mode & ~who) | bits;
    }
    return mode;
}

static mode_t changed(mode_t mode)
{
    char *end;
    unsigned long octal = strtoul(mode_text, &end, 8);

    if (*mode_text >= '0' && *mode_text <= '7' && !*end && octal <= MODE_MAX)
        return (mode_t)octal;
    for (const char *at = mode_text;; at++) {
        mode = change(mode, &at);
        if (!*at)
            return mode;
        if (*at != ',')
            bad_mode();
    }
}

static int change_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)kind, (void)place;
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
