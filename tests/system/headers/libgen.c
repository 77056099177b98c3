/* <libgen.h> */
#include "tests/system/headers/headers.h"

#include <libgen.h>
#include <string.h>

static bool names(void)
{
    char path[] = "/usr/lib/", other[] = "/usr/lib/", plain[] = "x";

    return HOLDS(!strcmp(basename(path), "lib")) && HOLDS(!strcmp(dirname(other), "/usr")) &&
           HOLDS(!strcmp(dirname(plain), "."));
}

const struct tap_point header_libgen[] = {{"parts of a path", names}, {0, 0}};
