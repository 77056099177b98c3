/* <sys/file.h> */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

static bool locks(void)
{
    int first = open("/tmp/l", O_RDWR | O_CREAT, 0600), second = open("/tmp/l", O_RDONLY);
    bool good = IS(flock(first, LOCK_EX), 0) && FAILS(flock(second, LOCK_SH | LOCK_NB), EWOULDBLOCK) &&
                IS(flock(first, LOCK_UN), 0) && IS(flock(second, LOCK_SH | LOCK_NB), 0);

    return IS(close(first), 0) && IS(close(second), 0) && IS(unlink("/tmp/l"), 0) && good;
}

const struct tap_point header_sys_file[] = {{"flock", locks}, {0, 0}};
