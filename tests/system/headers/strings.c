/* <strings.h> */
#define _XOPEN_SOURCE 500 /* bcmp, ffs */
#include "tests/system/headers/headers.h"

#include <strings.h>

static bool compares(void)
{
    return HOLDS(strcasecmp("aBc", "AbD") < 0) && IS(strncasecmp("abX", "ABy", 2), 0) && IS(ffs(0), 0) &&
           IS(ffs(0x80), 8) && IS(bcmp("ab", "ab", 2), 0);
}

const struct tap_point header_strings[] = {{"without regard to case", compares}, {0, 0}};
