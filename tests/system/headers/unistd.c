/* <unistd.h>, <sys/wait.h>, <sys/uio.h>, <sys/ioctl.h>, <sys/stat.h>, <fcntl.h>: processes, and the console's
 * descriptors. */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static int ended(pid_t child)
{
    int status = -1;

    return waitpid(child, &status, 0) == child ? status : -1;
}

static bool processes(void)
{
    pid_t me = getpid(), child = fork();

    if (child == 0)
        _exit(getppid() == me && getpid() != me ? 4 : 5);
    bool good = IS(ended(child), 4 << 8) && FAILS(waitpid(child, NULL, 0), ECHILD);
    child = vfork();
    if (child == 0)
        _exit(8);
    good = good && IS(ended(child), 8 << 8);
    child = fork();
    if (child == 0)
        for (;;)
            pause();
    struct rusage usage;
    int status = 7;
    good = good && IS(waitpid(-1, &status, WNOHANG), 0) && IS(status, 7) && IS(kill(child, 0), 0) &&
           IS(kill(child, SIGTERM), 0) && IS(wait4(child, &status, 0, &usage), child) && IS(status, SIGTERM) &&
           IS(usage.ru_maxrss, 0);
    return good && FAILS(kill(99999, 0), ESRCH) && FAILS(waitpid(-1, NULL, 99), EINVAL);
}

static bool executes(void)
{
    pid_t child = fork();

    if (child == 0) {
        char *environment[] = {"TALLY_A=b", NULL};
        execle("/tests/t_headers", "t_headers", "environment", (char *)NULL, environment);
        _exit(1);
    }
    bool good = IS(ended(child), 9 << 8);
    return good && FAILS(execl("/no/such", "such", (char *)NULL), ENOENT) && FAILS(execv((char *)16, NULL), EFAULT);
}

static bool descriptors(void)
{
    struct stat about;
    struct winsize size;
    struct termios modes;

    return IS(fstat(1, &about), 0) && HOLDS(S_ISCHR(about.st_mode)) && IS(isatty(1), 1) &&
           IS(ioctl(1, TIOCGWINSZ, &size), 0) && IS(size.ws_col, 80) && IS(tcgetattr(2, &modes), 0) &&
           HOLDS(modes.c_lflag & ICANON) && IS(fcntl(1, F_GETFL), O_RDWR) && IS(fcntl(1, F_DUPFD, 5), 5) &&
           IS(close(5), 0) && FAILS(fcntl(9, F_GETFL), EBADF) && FAILS(fstat(9, &about), EBADF) &&
           FAILS(isatty(9) - 1, EBADF) && FAILS(ioctl(1, TIOCSTI, ""), ENOTTY) &&
           FAILS(lseek(1, 0, SEEK_SET), ESPIPE) && FAILS(lseek(9, 0, SEEK_SET), EBADF) &&
           FAILS(open("x", O_RDONLY), ENOENT) && FAILS(access("x", 0), ENOENT) && FAILS(stat("x", &about), ENOENT) &&
           FAILS(mkdir("x/y", 0), ENOENT) && FAILS(open((char *)16, O_RDONLY), EFAULT);
}

static bool writes(void)
{
    struct iovec parts[] = {{"# wri", 5}, {"", 0}, {"tten\n", 5}}, wrong = {(char *)16, 1};
    char many[700];

    memset(many, '.', sizeof many);
    many[0] = '#', many[sizeof many - 1] = '\n';
    return IS(writev(1, parts, 3), 10) && IS(write(1, many, sizeof many), sizeof many) && IS(write(1, "", 0), 0) &&
           FAILS(write(9, "x", 1), EBADF) && FAILS(write(1, (char *)16, 1), EFAULT) &&
           FAILS(writev(1, &wrong, 1), EFAULT) && FAILS(writev(1, parts, -1), EINVAL) &&
           FAILS(read(9, many, 1), EBADF) && FAILS(read(0, (char *)16, 1), EFAULT) && IS(read(0, many, 0), 0);
}

static bool closes(void)
{
    pid_t child = fork();

    if (child == 0) {
        bool good = close(2) == 0 && write(2, "x", 1) == -1 && errno == EBADF && close(2) == -1 && errno == EBADF &&
                    write(1, "", 0) == 0;
        _exit(good ? 6 : 7);
    }
    return IS(ended(child), 6 << 8) && FAILS(close(9), EBADF);
}

const struct tap_point header_unistd[] = {
    {"processes", processes},     {"exec with an environment", executes},
    {"descriptors", descriptors}, {"writing", writes},
    {"closing", closes},          {0, 0},
};
