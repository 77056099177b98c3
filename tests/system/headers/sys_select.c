/* <sys/select.h> */
#include "tests/system/headers/headers.h"

#include <sys/select.h>
#include <unistd.h>

static bool selects(void)
{
    int ends[2];
    fd_set reads, writes;
    struct timeval soon = {0, 20000};

    pipe(ends);
    FD_ZERO(&reads);
    FD_ZERO(&writes);
    FD_SET(ends[0], &reads);
    bool good = IS(select(ends[0] + 1, &reads, NULL, NULL, &soon), 0) && HOLDS(!FD_ISSET(ends[0], &reads)) &&
                IS(write(ends[1], "", 1), 1);
    FD_SET(ends[0], &reads);
    FD_SET(ends[1], &writes);
    good = IS(select(ends[1] + 1, &reads, &writes, NULL, NULL), 2) &&
           HOLDS(FD_ISSET(ends[0], &reads) && FD_ISSET(ends[1], &writes)) && good;
    return IS(close(ends[0]), 0) && IS(close(ends[1]), 0) && good;
}

const struct tap_point header_sys_select[] = {{"select", selects}, {0, 0}};
