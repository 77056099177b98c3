/* <fcntl.h>: opening files. */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool opens(void)
{
    int fd = open("/tmp/f", O_RDWR | O_CREAT | O_EXCL, 0600);
    bool good = HOLDS(fd >= 0) && FAILS(open("/tmp/f", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST) &&
                IS(write(fd, "abc", 3), 3) && IS(close(fd), 0);

    fd = open("/tmp/f", O_WRONLY | O_APPEND);
    good = IS(write(fd, "d", 1), 1) && IS(lseek(fd, 0, SEEK_CUR), 4) &&
           IS(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND), O_WRONLY | O_APPEND) && good;
    good = IS(fcntl(fd, F_SETFD, FD_CLOEXEC), 0) && IS(fcntl(fd, F_GETFD), FD_CLOEXEC) &&
           IS(fcntl(fd, F_DUPFD_CLOEXEC, 20), 20) && IS(close(20), 0) && good;
    good = FAILS(fcntl(fd, 999), EINVAL) && FAILS(read(fd, &good, 1), EBADF) && IS(close(fd), 0) && good;
    fd = open("/tmp", O_RDONLY | O_DIRECTORY);
    int file = openat(fd, "f", O_RDONLY | O_TRUNC);
    return HOLDS(file >= 0) && IS(close(file), 0) && IS(unlinkat(fd, "f", 0), 0) && IS(close(fd), 0) &&
           FAILS(open("/tmp/f", O_RDONLY), ENOENT) && FAILS(open("/tmp/", O_WRONLY), EISDIR) && good;
}

const struct tap_point header_fcntl[] = {{"how files are opened", opens}, {0, 0}};
