/* <errno.h> */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <unistd.h>

static bool numbers(void)
{
    errno = 0;
    close(99);
    bool good = IS(errno, EBADF) && IS(getpid() > 0, 1) && IS(errno, EBADF); /* a successful call leaves it unchanged */
    return IS(ENOENT, 2) && IS(EINTR, 4) && IS(EAGAIN, 11) && IS(ENOSYS, 38) && IS(EWOULDBLOCK, EAGAIN) && good;
}

const struct tap_point header_errno[] = {{"numbers of errors", numbers}, {0, 0}};
