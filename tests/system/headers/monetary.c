/* <monetary.h> */
#include "tests/system/headers/headers.h"

#include <monetary.h>
#include <string.h>

static bool amounts(void)
{
    char text[20];

    return IS(strfmon(text, sizeof text, "%.2n", 1.5) > 0, 1) && HOLDS(strstr(text, "1.50"));
}

const struct tap_point header_monetary[] = {{"amounts", amounts}, {0, 0}};
