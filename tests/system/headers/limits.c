/* <limits.h> */
#include "tests/system/headers/headers.h"

#include <limits.h>
#include <unistd.h>

static bool sizes(void)
{
    return HOLDS(CHAR_BIT == 8 && CHAR_MIN < 0 && INT_MAX == 0x7fffffff && LONG_MAX == INT_MAX &&
                 LLONG_MAX >> 32 == INT_MAX) &&
           IS(sysconf(_SC_PAGESIZE), 4096) && IS(PATH_MAX, 4096) && IS(PIPE_BUF, 4096) &&
           HOLDS(sysconf(_SC_OPEN_MAX) >= _POSIX_OPEN_MAX);
}

const struct tap_point header_limits[] = {{"sizes", sizes}, {0, 0}};
