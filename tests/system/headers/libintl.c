/* <libintl.h>: there is one language. */
#include "tests/system/headers/headers.h"

#include <libintl.h>
#include <string.h>

static bool words(void)
{
    return HOLDS(!strcmp(gettext("word"), "word")) && HOLDS(!strcmp(ngettext("one", "many", 2), "many"));
}

const struct tap_point header_libintl[] = {{"one language", words}, {0, 0}};
