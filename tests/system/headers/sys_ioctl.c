/* <sys/ioctl.h> */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool window(void)
{
    struct winsize size;

    return IS(ioctl(1, TIOCGWINSZ, &size), 0) && IS(size.ws_row, 24) && IS(size.ws_col, 80) &&
           FAILS(ioctl(99, TIOCGWINSZ, &size), EBADF) && FAILS(ioctl(1, TIOCGWINSZ, 16), EFAULT) &&
           FAILS(ioctl(1, TIOCSTI, ""), ENOTTY);
}

const struct tap_point header_sys_ioctl[] = {{"the window", window}, {0, 0}};
