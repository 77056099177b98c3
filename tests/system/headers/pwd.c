/* <pwd.h>: there are no users; and from <unistd.h> the user of a program. */
#include "tests/system/headers/headers.h"

#include <pwd.h>
#include <unistd.h>

static bool users(void)
{
    return IS(getuid(), 0) && IS(geteuid(), 0) && HOLDS(!getpwuid(0) && !getpwnam("root"));
}

const struct tap_point header_pwd[] = {{"there are no users", users}, {0, 0}};
