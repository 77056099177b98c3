/* <sys/stat.h> */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

static bool files(void)
{
    struct stat about;
    const struct timespec times[2] = {{0, UTIME_OMIT}, {1000000, 0}};
    mode_t mask = umask(027);
    int fd = creat("/tmp/s", 0666);
    bool good = IS(write(fd, "12345", 5), 5) && IS(fstat(fd, &about), 0) && HOLDS(S_ISREG(about.st_mode)) &&
                IS(about.st_mode & 07777, 0640) && IS(about.st_size, 5) && IS(about.st_nlink, 1) &&
                IS(umask(mask), 027);

    good = IS(fchmod(fd, 0400), 0) && IS(futimens(fd, times), 0) && IS(stat("/tmp/s", &about), 0) &&
           IS(about.st_mode & 07777, 0400) && IS(about.st_mtime, 1000000) && good;
    good = IS(close(fd), 0) && IS(unlink("/tmp/s"), 0) && FAILS(stat("/tmp/s", &about), ENOENT) && good;
    return IS(mkdir("/tmp/s", 0700), 0) && IS(lstat("/tmp/s", &about), 0) && HOLDS(S_ISDIR(about.st_mode)) &&
           IS(rmdir("/tmp/s"), 0) && FAILS(mkfifo("/tmp/s", 0600), EINVAL) && IS(stat("/dev/null", &about), 0) &&
           HOLDS(S_ISCHR(about.st_mode)) && IS(major(about.st_rdev), 1) && good;
}

const struct tap_point header_sys_stat[] = {{"what a file is", files}, {0, 0}};
