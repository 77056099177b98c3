/*
 * ls [-1RadlrSt] [PATH...]: lists directories, by name.
 *   -l  with kind, mode, links, size and time    -t  by time, newest first
 *   -a  also names that begin with a dot         -S  by size, largest first
 *   -d  directories themselves                   -r  in reverse order
 *   -R  also all directories below               -1  one name a line
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "programs/lib/output.h"

static int is_long, all, one_a_line, only_itself, by_time, by_size, reverse, recursive, failed;

struct name {
    char *text;
    struct stat status; /* zero unless it is needed */
};

/* Names from one directory, or from the command line. */
struct names {
    struct name *at;
    size_t count, room, widest;
};

static void complain(const char *path)
{
    warn("%s", path);
    failed = 1;
}

/* Reads the status of a file in the directory; with an empty directory's name, of a path. */
static void look_at(const char *directory, struct name *name)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s%s%s", directory, *directory ? "/" : "", name->text);
    if (stat(path, &name->status) < 0)
        complain(path);
}

static void add(struct names *names, const char *name)
{
    size_t length = strlen(name);

    if (names->count == names->room) {
        names->room = names->room ? 2 * names->room : 64;
        names->at = realloc(names->at, names->room * sizeof *names->at);
    }
    char *copy = names->at ? strdup(name) : NULL;
    if (!copy)
        err(1, "%s", name);
    names->at[names->count++] = (struct name){.text = copy};
    if (length > names->widest)
        names->widest = length;
}

static void forget(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->at[i].text);
    free(names->at);
    *names = (struct names){0};
}

static int compare(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    int order = 0;

    if (by_time)
        order = (x->status.st_mtime < y->status.st_mtime) - (x->status.st_mtime > y->status.st_mtime);
    if (by_size)
        order = (x->status.st_size < y->status.st_size) - (x->status.st_size > y->status.st_size);
    if (!order)
        order = strcmp(x->text, y->text);
    return reverse ? -order : order;
}

static void mode_text(mode_t mode, char *text)
{
    strcpy(text, "-rwxrwxrwx");
    if (!S_ISREG(mode))
        text[0] = S_ISDIR(mode) ? 'd' : S_ISCHR(mode) ? 'c' : S_ISFIFO(mode) ? 'p' : '?';
    for (int bit = 0; bit < 9; bit++)
        if (!(mode >> bit & 1))
            text[9 - bit] = '-';
}

static void show_long(const struct name *name)
{
    const struct stat *status = &name->status;
    char mode[11], size[24], changed[32];

    if (!status->st_mode)
        return;
    mode_text(status->st_mode, mode);
    if (S_ISCHR(status->st_mode))
        snprintf(size, sizeof size, "%u, %u", major(status->st_rdev), minor(status->st_rdev));
    else
        snprintf(size, sizeof size, "%lld", (long long)status->st_size);
    strftime(changed, sizeof changed, "%Y-%m-%d %H:%M", localtime(&status->st_mtime));
    printf("%s %3u %9s %s %s\n", mode, (unsigned)status->st_nlink, size, changed, name->text);
}

static size_t terminal_columns(void)
{
    struct winsize size;

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* As many columns as fit into a terminal's row, filled from top to bottom; elsewhere one name a line. */
static void show_short(const struct names *names)
{
    size_t width = names->widest + 2, across = one_a_line ? 0 : terminal_columns() / width;
    size_t rows = across > 1 ? (names->count + across - 1) / across : names->count;

    for (size_t row = 0; row < rows; row++)
        for (size_t i = row; i < names->count; i += rows)
            if (i + rows < names->count)
                printf("%-*s", (int)width, names->at[i].text);
            else
                puts(names->at[i].text);
}

static void show(struct names *names, const char *directory)
{
    for (size_t i = 0; i < names->count && (is_long || by_time || by_size || recursive); i++)
        look_at(directory, &names->at[i]);
    if (names->count)
        qsort(names->at, names->count, sizeof *names->at, compare);
    if (!is_long)
        show_short(names);
    for (size_t i = 0; i < names->count && is_long; i++)
        show_long(&names->at[i]);
}

static void list(const char *path);

static void list_below(const struct names *names, const char *directory)
{
    char path[PATH_MAX];

    for (size_t i = 0; i < names->count; i++) {
        const struct name *name = &names->at[i];
        if (!S_ISDIR(name->status.st_mode) || strcmp(name->text, ".") == 0 || strcmp(name->text, "..") == 0)
            continue;
        if (snprintf(path, sizeof path, "%s/%s", directory, name->text) >= (int)sizeof path) {
            errno = ENAMETOOLONG;
            complain(directory);
            continue;
        }
        printf("\n%s:\n", path);
        list(path);
    }
}

static void list(const char *path)
{
    struct names names = {0};
    DIR *directory = opendir(path);

    if (!directory) {
        complain(path);
        return;
    }
    for (struct dirent *entry; (entry = readdir(directory));)
        if (all || entry->d_name[0] != '.')
            add(&names, entry->d_name);
    closedir(directory);
    show(&names, path);
    if (recursive)
        list_below(&names, path);
    forget(&names);
}

static void sort_out(char **paths, struct names *files, struct names *directories)
{
    struct stat status;

    for (; *paths; paths++)
        if (stat(*paths, &status) < 0)
            complain(*paths);
        else
            add(S_ISDIR(status.st_mode) && !only_itself ? directories : files, *paths);
}

static void list_all(char **paths)
{
    struct names files = {0}, directories = {0};

    sort_out(paths, &files, &directories);
    show(&files, "");
    for (size_t i = 0; i < directories.count; i++) {
        const char *path = directories.at[i].text;
        if (paths[1] || recursive)
            printf("%s%s:\n", i || files.count ? "\n" : "", path);
        list(path);
    }
}

int main(int argc, char **argv)
{
    static char *here[] = {".", NULL};
    int option;

    while ((option = getopt(argc, argv, "1RadlrSt")) != -1) {
        if (option == '?')
            return 2;
        is_long |= option == 'l', all |= option == 'a', one_a_line |= option == '1', only_itself |= option == 'd';
        by_time |= option == 't', by_size |= option == 'S', reverse |= option == 'r', recursive |= option == 'R';
    }
    list_all(optind < argc ? argv + optind : here);
    return failed | output_failed();
}
