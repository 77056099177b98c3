/* <sys/resource.h>: a program's limits. */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <sys/resource.h>

static bool limits(void)
{
    struct rlimit limit, more;

    bool good = IS(getrlimit(RLIMIT_AS, &limit), 0) && HOLDS(limit.rlim_cur > 1 << 20) &&
                IS(getrlimit(RLIMIT_STACK, &more), 0) && IS(more.rlim_cur, 8 << 20) &&
                IS(getrlimit(RLIMIT_CORE, &more), 0) && FAILS(getrlimit(99, &more), EINVAL) &&
                FAILS(setrlimit(RLIMIT_CORE, &more), EINVAL);
    more = (struct rlimit){limit.rlim_cur + (64 << 20), limit.rlim_cur + (64 << 20)};
    return good && FAILS(setrlimit(RLIMIT_AS, &more), EPERM) &&
           FAILS(getrlimit(RLIMIT_AS, (struct rlimit *)16), EFAULT);
}

const struct tap_point header_sys_resource[] = {{"limits", limits}, {0, 0}};
