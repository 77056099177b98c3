/* <sys/utsname.h> */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

static bool names(void)
{
    struct utsname name;

    return IS(uname(&name), 0) && HOLDS(!strcmp(name.sysname, "Tally") && !strcmp(name.machine, "i686")) &&
           FAILS(uname((struct utsname *)16), EFAULT);
}

const struct tap_point header_sys_utsname[] = {{"the system has a name", names}, {0, 0}};
