/* Descriptors: duplicated, inherited, closed by exec, and their number. */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MOST = 128 };

static char got[100];

static int opens(void)
{
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600);

    return fd >= 0 && write(fd, "0123456789", 10) == 10 && lseek(fd, 0, SEEK_SET) == 0 ? fd : -1;
}

static bool ends(int fd, bool good)
{
    return IS(close(fd), 0) && IS(unlink("file"), 0) && good;
}

static bool they_share_an_offset(void)
{
    int fd = opens(), second = dup(fd), third = dup2(fd, 20), other = open("file", O_RDONLY);
    bool good = IS(fd, 3) && IS(second, 4) && IS(third, 20) && IS(read(fd, got, 3), 3) && IS(read(second, got, 2), 2) &&
                IS(read(third, got, 1), 1) && IS(got[0], '5') && IS(read(other, got, 1), 1) && IS(got[0], '0');

    good = IS(close(second), 0) && IS(close(third), 0) && IS(close(other), 0) && good;
    return ends(fd, good && IS(lseek(fd, 0, SEEK_CUR), 6));
}

static bool the_lowest_is_next(void)
{
    int fd = opens();
    bool good = IS(dup(fd), 4) && IS(dup(fd), 5) && IS(close(4), 0) && IS(fcntl(fd, F_DUPFD, 0), 4) &&
                IS(fcntl(fd, F_DUPFD, 50), 50) && IS(fcntl(fd, F_DUPFD_CLOEXEC, 5), 6) &&
                IS(fcntl(6, F_GETFD), FD_CLOEXEC) && IS(fcntl(5, F_GETFD), 0);

    good = IS(close(4), 0) && IS(close(5), 0) && IS(close(6), 0) && IS(close(50), 0) && good;
    return ends(fd, good);
}

static bool calls_are_refused(void)
{
    int fd = opens();
    bool good = FAILS(dup(77), EBADF) && FAILS(dup2(77, 5), EBADF) && FAILS(dup2(fd, -1), EBADF) &&
                FAILS(dup2(fd, MOST), EBADF) && FAILS(dup3(fd, fd, 0), EINVAL) && IS(dup2(fd, fd), fd) &&
                FAILS(dup2(77, 77), EBADF);

    good = FAILS(fcntl(77, F_GETFD), EBADF) && FAILS(fcntl(fd, 999), EINVAL) &&
           FAILS(fcntl(fd, F_DUPFD, MOST), EINVAL) && good;
    return ends(fd, good);
}

static bool flags_are_a_files_or_a_descriptors(void)
{
    int fd = opens(), second = dup(fd);
    bool good = IS(fcntl(fd, F_SETFD, FD_CLOEXEC), 0) && IS(fcntl(second, F_GETFD), 0) &&
                IS(fcntl(fd, F_SETFL, O_APPEND), 0) &&
                IS(fcntl(second, F_GETFL) & (O_APPEND | O_ACCMODE), O_APPEND | O_RDWR);

    return IS(close(second), 0) && ends(fd, good);
}

/* ------------------------------------------------------------------------------------- fork and exec */

static int reads_some(void)
{
    return read(3, got, 4) == 4 && got[3] == '3' && close(3) == 0 ? 5 : 1;
}

static bool a_child_inherits_them(void)
{
    int fd = opens();
    bool good = IS(child_run(reads_some), EXITED(5)) && IS(read(fd, got, 1), 1) && IS(got[0], '4');

    return ends(fd, good);
}

/* Runs this program again, with one argument that says what it must see of its descriptors. */
static int sees(const char *what)
{
    if (!strcmp(what, "closed"))
        return fcntl(3, F_GETFD) == -1 && errno == EBADF && fcntl(4, F_GETFD) == 0 && read(4, got, 1) == 1 &&
                       got[0] == '2'
                   ? 9
                   : 1;
    if (!strcmp(what, "standard"))
        return isatty(0) == 0 && isatty(1) == 0 && isatty(2) == 1 && read(0, got, 5) == 5 && write(1, got, 5) == 5 ? 9
                                                                                                                   : 1;
    if (!strcmp(what, "nothing"))
        return fcntl(0, F_GETFD) == -1 && fcntl(1, F_GETFD) == -1 && fcntl(2, F_GETFD) == -1 &&
                       open("/dev/null", O_RDONLY) == 0
                   ? 9
                   : 1;
    return 2;
}

static int executes_with_some_closed(void)
{
    if (fcntl(3, F_SETFD, FD_CLOEXEC) || dup2(3, 4) != 4 || read(4, got, 2) != 2)
        return 1;
    child_exec("/tests/t_descriptors", "closed");
}

static bool exec_closes_some(void)
{
    int fd = opens();

    return ends(fd, IS(child_run(executes_with_some_closed), EXITED(9)));
}

static int executes_with_others(void)
{
    int out = open("out", O_WRONLY | O_CREAT, 0600);

    if (dup2(3, 0) != 0 || dup2(out, 1) != 1)
        return 1;
    child_exec("/tests/t_descriptors", "standard");
}

static bool input_and_output_are_files(void)
{
    int fd = opens();
    bool good = IS(child_run(executes_with_others), EXITED(9));
    int out = open("out", O_RDONLY);

    good = IS(read(out, got, sizeof got), 5) && IS(memcmp(got, "01234", 5), 0) && IS(close(out), 0) &&
           IS(unlink("out"), 0) && good;
    return ends(fd, good);
}

static int executes_with_none(void)
{
    if (close(0) || close(1) || close(2))
        return 1;
    child_exec("/tests/t_descriptors", "nothing");
}

static bool the_first_three_may_be_closed(void)
{
    return IS(child_run(executes_with_none), EXITED(9));
}

/* ------------------------------------------------------------------------------------- the console */

/* More than a message has room for, until it is known that it is no pipe. */
static bool writes_much(int fd)
{
    static char text[1000];
    int zero = open("/dev/zero", O_RDONLY);
    bool good = IS(read(zero, text, sizeof text), sizeof text) && IS(close(zero), 0);

    memset(text, '.', sizeof text);
    text[0] = '#', text[sizeof text - 1] = '\n';
    for (int i = 0; i < 6; i++)
        good = IS(write(fd, text, sizeof text), sizeof text) && good;
    return good;
}

static bool the_console_has_many(void)
{
    int high = fcntl(1, F_DUPFD, 40), second = dup(1);
    bool good = IS(high, 40) && IS(second, 3) && IS(write(high, "", 0), 0) &&
                IS(write(high, "# by descriptor 40\n", 19), 19) && IS(write(second, "# by descriptor 3\n", 18), 18) &&
                IS(isatty(high), 1) && IS(isatty(second), 1);

    good = writes_much(high) && good;
    good = IS(close(high), 0) && IS(close(second), 0) && good;
    return FAILS(write(high, "x", 1), EBADF) && FAILS(isatty(77) - 1, EBADF) && good;
}

/* ------------------------------------------------------------------------------------- how many */

static int uses_all(void)
{
    struct rlimit limit;
    int fd = open("/dev/null", O_RDONLY), last = fd;

    for (int next; (next = dup(fd)) >= 0;)
        last = next;
    if (errno != EMFILE || last != MOST - 1 || open("/dev/null", O_RDONLY) != -1 || errno != EMFILE)
        return 1;
    if (pipe((int[2]){0}) != -1 || errno != EMFILE || close(50) || pipe((int[2]){0}) != -1 || errno != EMFILE)
        return 2;
    return getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur != MOST ? 3 : 8;
}

static bool there_are_so_many(void)
{
    return IS(child_run(uses_all), EXITED(8));
}

static int has_fewer(void)
{
    struct rlimit limit = {10, 10};

    if (setrlimit(RLIMIT_NOFILE, &limit) || getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur != 10)
        return 1;
    for (int fd = 3; fd < 10; fd++)
        if (open("/dev/null", O_RDONLY) != fd)
            return 2;
    if (open("/dev/null", O_RDONLY) != -1 || errno != EMFILE || dup2(3, 10) != -1 || errno != EBADF)
        return 3;
    limit.rlim_cur = limit.rlim_max = 11;
    return setrlimit(RLIMIT_NOFILE, &limit) == -1 && errno == EPERM ? 8 : 4;
}

static bool a_limit_is_lowered(void)
{
    return IS(child_run(has_fewer), EXITED(8));
}

int main(int argc, char **argv)
{
    static const struct tap_point points[] = {
        {"duplicates share an offset, other opens have their own", they_share_an_offset},
        {"the lowest free number is next", the_lowest_is_next},
        {"refusals have the right error", calls_are_refused},
        {"close-on-exec belongs to a descriptor, the other flags to an open file", flags_are_a_files_or_a_descriptors},
        {"a child inherits them, with their offsets", a_child_inherits_them},
        {"exec closes descriptors with close-on-exec", exec_closes_some},
        {"standard input and output are files over exec", input_and_output_are_files},
        {"the first three may be closed", the_first_three_may_be_closed},
        {"the console by other descriptors, also large ones", the_console_has_many},
        {"there are 128, then EMFILE", there_are_so_many},
        {"RLIMIT_NOFILE is lowered, and not raised", a_limit_is_lowered},
    };

    if (argc > 1)
        return sees(argv[1]);
    return TAP_RUN(points);
}
