/* cp [-r] FILE... TARGET: copies a file, or several into the directory TARGET; -r: directories too, with their
 * contents. */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "programs/lib/paths.h"

enum { DEPTH_MAX = 20, MODE = 0777 };

static char buffer[16384];
static int recursive;

static int copy(const char *from, const char *to, int depth);

static int complain(const char *path)
{
    warn("%s", path);
    return 1;
}

static int copy_bytes(int from, int to, const char *from_path, const char *to_path)
{
    ssize_t bytes;

    while ((bytes = read(from, buffer, sizeof buffer)) > 0)
        for (ssize_t done = 0; done < bytes;) {
            ssize_t count = write(to, buffer + done, (size_t)(bytes - done));
            if (count < 0)
                return complain(to_path);
            done += count;
        }
    return bytes < 0 ? complain(from_path) : 0;
}

static int copy_file(const char *from, const char *to, mode_t mode)
{
    int input = open(from, O_RDONLY);

    if (input < 0)
        return complain(from);
    int output = open(to, O_WRONLY | O_CREAT | O_TRUNC, mode & MODE);
    int failed = output < 0 ? complain(to) : copy_bytes(input, output, from, to);
    close(input);
    if (output >= 0)
        close(output);
    return failed;
}

static int copy_into(const char *directory, const char *path, const char *name, int depth)
{
    char to[PATH_MAX];

    if (snprintf(to, sizeof to, "%s/%s", directory, name) < (int)sizeof to)
        return copy(path, to, depth);
    errno = ENAMETOOLONG;
    return complain(directory);
}

static int copy_entries(DIR *directory, const char *from, const char *to, int depth)
{
    char path[PATH_MAX];
    int failed = 0;

    for (struct dirent *entry; (entry = readdir(directory));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", from, entry->d_name);
        failed |= copy_into(to, path, entry->d_name, depth + 1);
    }
    return failed;
}

/* True if the path is, or would be, in this directory or below it. */
static int is_inside(const char *path, const struct stat *directory)
{
    char copy[PATH_MAX], at[PATH_MAX];
    struct stat status;
    ino_t before = 0;

    snprintf(copy, sizeof copy, "%s", path);
    snprintf(at, sizeof at, "%s", stat(path, &status) < 0 ? dirname(copy) : path);
    while (stat(at, &status) == 0 && status.st_ino != before && strlen(at) + 4 < sizeof at) {
        if (status.st_ino == directory->st_ino)
            return 1;
        before = status.st_ino;
        strcat(at, "/..");
    }
    return 0;
}

static int copy_directory(const char *from, const struct stat *status, const char *to, int depth)
{
    if (!recursive || depth > DEPTH_MAX) {
        warnx("%s: %s", from,
              recursive ? "directories are nested too deeply" : "is a directory (not copied without -r)");
        return 1;
    }
    if (depth == 0 && is_inside(to, status)) {
        warnx("cannot copy %s into itself, %s", from, to);
        return 1;
    }
    if (mkdir(to, MODE) < 0 && errno != EEXIST)
        return complain(to);
    DIR *directory = opendir(from);
    if (!directory)
        return complain(from);
    int failed = copy_entries(directory, from, to, depth);
    closedir(directory);
    return failed;
}

static int copy(const char *from, const char *to, int depth)
{
    struct stat status, other;

    if (stat(from, &status) < 0)
        return complain(from);
    if (S_ISDIR(status.st_mode))
        return copy_directory(from, &status, to, depth);
    if (stat(to, &other) == 0 && other.st_ino == status.st_ino) {
        warnx("%s and %s are the same file", from, to);
        return 1;
    }
    return copy_file(from, to, status.st_mode);
}

int main(int argc, char **argv)
{
    int option, failed = 0;

    while ((option = getopt(argc, argv, "rR")) != -1) {
        if (option == '?')
            return 2;
        recursive = 1;
    }
    if (argc - optind < 2)
        errx(2, "usage: cp [-r] file... target");
    const char *target = argv[argc - 1];
    int into = path_is_directory(target);
    if (argc - optind > 2 && !into)
        errx(1, "%s: not a directory", target);
    for (char **from = argv + optind; from < argv + argc - 1; from++)
        failed |= into ? copy_into(target, *from, path_last_name(*from), 0) : copy(*from, target, 0);
    return failed;
}
