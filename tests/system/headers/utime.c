/* <utime.h> */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

static bool times(void)
{
    const struct utimbuf times = {5, 1000};
    struct stat about;

    close(creat("/tmp/u", 0600));
    return IS(utime("/tmp/u", &times), 0) && IS(stat("/tmp/u", &about), 0) && IS(about.st_mtime, 1000) &&
           IS(unlink("/tmp/u"), 0) && FAILS(utime("/tmp/u", &times), ENOENT);
}

const struct tap_point header_utime[] = {{"the time of a file", times}, {0, 0}};
