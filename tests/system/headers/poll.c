/* <poll.h> */
#include "tests/system/headers/headers.h"

#include <poll.h>
#include <unistd.h>

static bool polls(void)
{
    int ends[2];

    pipe(ends);
    struct pollfd all[] = {{ends[0], POLLIN, 0}, {ends[1], POLLOUT, 0}, {99, POLLIN, 0}};
    bool good = IS(poll(all, 1, 20), 0) && IS(poll(all, 3, -1), 2) && IS(all[1].revents, POLLOUT) &&
                IS(all[2].revents, POLLNVAL);
    good = IS(write(ends[1], "", 1), 1) && IS(close(ends[1]), 0) && IS(poll(all, 1, -1), 1) &&
           IS(all[0].revents, POLLIN | POLLHUP) && good;
    return IS(close(ends[0]), 0) && good;
}

const struct tap_point header_poll[] = {{"poll", polls}, {0, 0}};
