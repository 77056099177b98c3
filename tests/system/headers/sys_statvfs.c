/* <sys/statvfs.h> */
#include "tests/system/headers/headers.h"

#include <sys/statvfs.h>

static bool space(void)
{
    struct statvfs about;

    return IS(statvfs("/tmp", &about), 0) && IS(about.f_bsize, 4096) &&
           HOLDS(about.f_bfree > 0 && about.f_bfree < about.f_blocks) && IS(about.f_namemax, 255);
}

const struct tap_point header_sys_statvfs[] = {{"how much room there is", space}, {0, 0}};
