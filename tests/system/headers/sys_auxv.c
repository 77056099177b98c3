/* <sys/auxv.h>: what a program is told at its start. */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <string.h>
#include <sys/auxv.h>

static bool vector(void)
{
    errno = 0;
    return IS(getauxval(AT_PAGESZ), 4096) && HOLDS(getauxval(AT_RANDOM)) && HOLDS(getauxval(AT_PHDR)) && IS(errno, 0) &&
           IS(getauxval(9999), 0) && IS(errno, ENOENT);
}

const struct tap_point header_sys_auxv[] = {{"the auxiliary vector", vector}, {0, 0}};
