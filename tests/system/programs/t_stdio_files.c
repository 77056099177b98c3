/* Functions of the C library on files: streams, temporary files, redirected output, trees, names by pattern. */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char got[5000];

static bool has(const char *name, const char *expected)
{
    FILE *file = fopen(name, "r");
    size_t length = file ? fread(got, 1, sizeof got - 1, file) : 0;

    got[length] = 0;
    return HOLDS(file) && IS(fclose(file), 0) && IS(strcmp(got, expected), 0);
}

static bool writes(const char *name, const char *mode, const char *text)
{
    FILE *file = fopen(name, mode);

    return HOLDS(file) && HOLDS(fputs(text, file) >= 0) && IS(fclose(file), 0);
}

static bool streams_have_modes(void)
{
    bool good = writes("f", "w", "one\n") && has("f", "one\n") && writes("f", "a", "two\n") && has("f", "one\ntwo\n") &&
                writes("f", "r+", "ONE") && has("f", "ONE\ntwo\n") && writes("f", "w+", "new") && has("f", "new");

    errno = 0;
    good = HOLDS(!fopen("none", "r") && errno == ENOENT) && HOLDS(!fopen("f", "wx") && errno == EEXIST) &&
           HOLDS(!fopen("f", "q") && errno == EINVAL) && HOLDS(!fopen("/bin", "w") && errno == EISDIR) && good;
    return IS(remove("f"), 0) && FAILS(remove("f"), ENOENT) && good;
}

static bool streams_have_positions(void)
{
    FILE *file = fopen("f", "w+");
    bool good = HOLDS(file) && IS(fprintf(file, "%05d", 123), 5) && IS(ftell(file), 5) &&
                IS(fseek(file, 1, SEEK_SET), 0) && IS(fgetc(file), '0') && IS(ungetc('x', file), 'x') &&
                IS(fgetc(file), 'x') && IS(fseek(file, -1, SEEK_END), 0) && IS(fgetc(file), '3') &&
                IS(fgetc(file), EOF) && HOLDS(feof(file)) && IS(fseek(file, 9000, SEEK_SET), 0) &&
                IS(fputc('!', file), '!') && IS(fflush(file), 0);
    struct stat status;

    rewind(file);
    good = IS(fread(got, 1, 3, file), 3) && IS(fstat(fileno(file), &status), 0) && IS(status.st_size, 9001) && good;
    return IS(fclose(file), 0) && IS(remove("f"), 0) && good;
}

static bool lines_are_read(void)
{
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen("f", "w");
    bool good = HOLDS(file);

    for (int i = 0; good && i < 2000; i++)
        good = HOLDS(fprintf(file, "line %d\n", i) > 0);
    good = IS(fclose(file), 0) && good;
    file = fopen("f", "r");
    for (int i = 0, number; good && i < 2000; i++)
        good = HOLDS(getline(&line, &room, file) > 0) && IS(sscanf(line, "line %d", &number), 1) && IS(number, i);
    good = IS(getline(&line, &room, file), -1) && IS(fclose(file), 0) && good;
    free(line);
    return IS(remove("f"), 0) && good;
}

static bool temporary_files_are_private(void)
{
    char name[] = "/tmp/x-XXXXXX", directory[] = "/tmp/d-XXXXXX";
    FILE *file = tmpfile();
    bool good = HOLDS(file) && HOLDS(fputs("hidden", file) >= 0) && IS(fseek(file, 0, SEEK_SET), 0) &&
                IS(fread(got, 1, 10, file), 6) && IS(fclose(file), 0);
    int fd = mkstemp(name);

    good =
        HOLDS(fd >= 0) && IS(write(fd, "x", 1), 1) && IS(close(fd), 0) && has(name, "x") && IS(unlink(name), 0) && good;
    return HOLDS(mkdtemp(directory) == directory) && IS(rmdir(directory), 0) && good;
}

/* Names are made from the time, which advances between them. */
static bool many_are_made_at_once(void)
{
    enum { MANY = 12 };
    char names[MANY][16];
    bool good = true;

    for (int i = 0; i < MANY; i++) {
        strcpy(names[i], "/tmp/x-XXXXXX");
        int fd = mkstemp(names[i]);
        good = HOLDS(fd >= 0) && IS(close(fd), 0) && good;
    }
    for (int i = 0; i < MANY; i++)
        good = IS(unlink(names[i]), 0) && good;
    return good;
}

/* The output of a child, which a parent then reads. */
static int writes_elsewhere(void)
{
    if (!freopen("f", "w", stdout))
        return 1;
    printf("%s\n", "redirected");
    return fflush(stdout) ? 2 : 0;
}

static bool output_is_redirected(void)
{
    bool good = IS(child_run(writes_elsewhere), EXITED(0)) && has("f", "redirected\n");

    return IS(remove("f"), 0) && good;
}

static bool names_are_found(void)
{
    glob_t found;
    bool good =
        IS(mkdir("d", 0700), 0) && writes("d/a.c", "w", "") && writes("d/b.c", "w", "") && writes("d/c.h", "w", "");

    good = good && IS(glob("d/*.c", 0, NULL, &found), 0) && IS(found.gl_pathc, 2) &&
           IS(strcmp(found.gl_pathv[1], "d/b.c"), 0);
    globfree(&found);
    good = good && IS(glob("d/*.x", 0, NULL, &found), GLOB_NOMATCH);
    globfree(&found);
    return good;
}

static unsigned files_seen, directories_seen;

static int visit(const char *path, const struct stat *status, int what, struct FTW *ftw)
{
    (void)path, (void)ftw;
    files_seen += what == FTW_F && S_ISREG(status->st_mode);
    directories_seen += what == FTW_DP;
    return remove(path);
}

static bool trees_are_walked(void)
{
    bool good = names_are_found();

    files_seen = directories_seen = 0;
    good = IS(mkdir("d/e", 0700), 0) && writes("d/e/f", "w", "x") &&
           IS(nftw("d", visit, 10, FTW_DEPTH | FTW_PHYS), 0) && good;
    return IS(files_seen, 4) && IS(directories_seen, 2) && FAILS(access("d", F_OK), ENOENT) && good;
}

static bool names_are_sorted(void)
{
    struct dirent **list;
    int count = scandir("/dev", &list, NULL, alphasort);
    bool good = IS(count, 8) && IS(strcmp(list[2]->d_name, "console"), 0) && IS(strcmp(list[7]->d_name, "zero"), 0);

    for (int i = 0; i < count; i++)
        free(list[i]);
    free(list);
    return good;
}

int main(void)
{
    static const struct tap_point points[] = {
        {"streams have modes", streams_have_modes},
        {"streams have positions", streams_have_positions},
        {"lines are read", lines_are_read},
        {"temporary files are nobody else's", temporary_files_are_private},
        {"many temporary names at once", many_are_made_at_once},
        {"output is redirected", output_is_redirected},
        {"trees are walked, names found by pattern", trees_are_walked},
        {"names are sorted", names_are_sorted},
    };

    return TAP_RUN(points);
}
