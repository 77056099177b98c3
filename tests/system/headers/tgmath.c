/* <tgmath.h> */
#include "tests/system/headers/headers.h"

#include <tgmath.h>

static bool functions(void)
{
    float narrow = 2;
    long double wide = 2;

    return IS(sizeof(sqrt(narrow)), sizeof(float)) && IS(sizeof(sqrt(wide)), sizeof(long double)) &&
           HOLDS(sqrt(narrow * 2) == 2) && HOLDS(pow(wide, 3) == 8) && HOLDS(floor(narrow + 0.5f) == 2);
}

const struct tap_point header_tgmath[] = {{"of any type", functions}, {0, 0}};
