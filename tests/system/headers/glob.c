/* <glob.h> */
#include "tests/system/headers/headers.h"

#include <glob.h>
#include <string.h>

static bool finds(void)
{
    glob_t found;
    bool good = IS(glob("/bin/hell?", 0, NULL, &found), 0) && IS(found.gl_pathc, 1) &&
                HOLDS(!strcmp(found.gl_pathv[0], "/bin/hello"));

    globfree(&found);
    good = IS(glob("/bin/none*", 0, NULL, &found), GLOB_NOMATCH) && good;
    globfree(&found);
    return good;
}

const struct tap_point header_glob[] = {{"files by a pattern", finds}, {0, 0}};
