/* <nl_types.h>: there are no catalogues. */
#include "tests/system/headers/headers.h"

#include <nl_types.h>

static bool catalogues(void)
{
    return HOLDS(catopen("none", 0) == (nl_catd)-1);
}

const struct tap_point header_nl_types[] = {{"no catalogues", catalogues}, {0, 0}};
