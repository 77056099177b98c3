/* <fnmatch.h> */
#include "tests/system/headers/headers.h"

#include <fnmatch.h>

static bool patterns(void)
{
    return IS(fnmatch("*.[ch]", "x.c", 0), 0) && IS(fnmatch("*.[ch]", "x.o", 0), FNM_NOMATCH) &&
           IS(fnmatch("*", "a/b", FNM_PATHNAME), FNM_NOMATCH) && IS(fnmatch("*", ".a", FNM_PERIOD), FNM_NOMATCH);
}

const struct tap_point header_fnmatch[] = {{"patterns of names", patterns}, {0, 0}};
