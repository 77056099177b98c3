/* <termios.h> */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <termios.h>
#include <unistd.h>

static bool modes(void)
{
    struct termios modes;
    int ends[2];
    bool good = IS(tcgetattr(1, &modes), 0) && HOLDS(modes.c_lflag & ICANON) && IS(modes.c_cc[VINTR], 3) &&
                IS(modes.c_cc[VEOF], 4) && IS(tcsetattr(1, TCSANOW, &modes), 0) && IS(cfgetospeed(&modes), B38400);

    good =
        IS(pipe(ends), 0) && FAILS(tcgetattr(ends[0], &modes), ENOTTY) && FAILS(tcgetattr(99, &modes), EBADF) && good;
    return IS(close(ends[0]), 0) && IS(close(ends[1]), 0) && good;
}

const struct tap_point header_termios[] = {{"modes of the terminal", modes}, {0, 0}};
