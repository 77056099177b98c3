/* <grp.h>: there are no groups of users. */
#include "tests/system/headers/headers.h"

#include <grp.h>
#include <unistd.h>

static bool groups(void)
{
    return IS(getgid(), 0) && IS(getegid(), 0) && HOLDS(!getgrgid(0) && !getgrnam("root"));
}

const struct tap_point header_grp[] = {{"there are no groups of users", groups}, {0, 0}};
