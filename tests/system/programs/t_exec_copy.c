/* Programs that were written by a process, not booted: they run like others, or are refused. */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ZEROS = 20000, STATUS = 9 };

static const char copy[] = "/tmp/t_exec_copy";
static char zeros[ZEROS], *const data = "data";

static bool copy_file(const char *from, const char *to)
{
    static char bytes[3000];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    ssize_t got;
    bool good = in >= 0 && out >= 0;

    while (good && (got = read(in, bytes, sizeof bytes)) > 0)
        good = write(out, bytes, (size_t)got) == got;
    return close(in) == 0 && close(out) == 0 && good;
}

static int runs_it(void)
{
    child_exec(copy, "as a copy");
}

static bool copies_run(void)
{
    bool good = HOLDS(copy_file("/tests/t_exec_copy", copy)) && IS(child_run(runs_it), EXITED(STATUS));

    good = IS(child_run(runs_it), EXITED(STATUS)) && good; /* running it has not changed it */
    return IS(unlink(copy), 0) && good;
}

static bool native_copies_run(void)
{
    bool good = HOLDS(copy_file("/tests/bench_nothing", copy)) && IS(child_run(runs_it), EXITED(0));

    return IS(unlink(copy), 0) && good;
}

/* A file of the archive that was written to is refused, too. */
static bool what_is_none_is_refused(void)
{
    char *const arguments[] = {(char *)copy, NULL};
    int fd;
    bool good =
        HOLDS(copy_file("/bin/hello", copy)) && IS(truncate(copy, 100), 0) && FAILS(execv(copy, arguments), ENOEXEC);

    good = IS(truncate(copy, 0), 0) && FAILS(execv(copy, arguments), ENOEXEC) && good;
    fd = open(copy, O_WRONLY);
    good = IS(write(fd, "echo text\n", 10), 10) && IS(close(fd), 0) && FAILS(execv(copy, arguments), ENOEXEC) && good;
    return IS(unlink(copy), 0) && FAILS(execv(copy, arguments), ENOENT) && good;
}

/* An x right of any class suffices; also for a script and its interpreter. */
static bool what_has_no_x_is_refused(void)
{
    static const mode_t runs[] = {0100, 0010, 0001, 0755};
    char *const arguments[] = {(char *)copy, NULL};
    bool good = HOLDS(copy_file("/tests/t_exec_copy", copy));

    for (unsigned i = 0; i < sizeof runs / sizeof runs[0]; i++)
        good =
            IS(chmod(copy, runs[i]), 0) && IS(access(copy, X_OK), 0) && IS(child_run(runs_it), EXITED(STATUS)) && good;
    good = IS(chmod(copy, 0666), 0) && FAILS(access(copy, X_OK), EACCES) && IS(access(copy, R_OK | W_OK), 0) && good;
    good = FAILS(execv(copy, arguments), EACCES) && IS(truncate(copy, 0), 0) && good;
    int fd = open(copy, O_WRONLY);
    good = IS(write(fd, "#!/bin/true\n", 12), 12) && IS(close(fd), 0) && FAILS(execv(copy, arguments), EACCES) && good;
    good = IS(chmod("/bin/true", 0644), 0) && IS(chmod(copy, 0755), 0) && FAILS(execv(copy, arguments), EACCES) && good;
    return IS(chmod("/bin/true", 0755), 0) && IS(child_run(runs_it), EXITED(0)) && IS(unlink(copy), 0) && good;
}

static bool headers_are_at_the_beginning(void)
{
    char *const arguments[] = {(char *)copy, NULL};
    const uint32_t far = 1000;
    bool good = HOLDS(copy_file("/bin/hello", copy));
    int fd = open(copy, O_RDWR);

    good = IS(pwrite(fd, &far, sizeof far, 28), sizeof far) && FAILS(execv(copy, arguments), ENOEXEC) &&
           good; /* e_phoff */
    return IS(close(fd), 0) && IS(unlink(copy), 0) && good;
}

/* The copy tests itself: its zeros are zeros, and its data exist. */
static int as_copy(void)
{
    for (int i = 0; i < ZEROS; i++)
        if (zeros[i])
            return 1;
    zeros[5] = 1;
    return strcmp(data, "data") ? 2 : STATUS;
}

int main(int argc, char **argv)
{
    static const struct tap_point points[] = {
        {"a copy runs", copies_run},
        {"also without a C library", native_copies_run},
        {"a file that is no program is refused", what_is_none_is_refused},
        {"and a file that may not be executed", what_has_no_x_is_refused},
        {"and a program whose headers are elsewhere", headers_are_at_the_beginning},
    };

    (void)argv;
    return argc > 1 ? as_copy() : TAP_RUN(points);
}
