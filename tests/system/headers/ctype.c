/* <ctype.h> */
#include "tests/system/headers/headers.h"

#include <ctype.h>

static bool characters(void)
{
    return HOLDS(isalpha('x') && !isalpha('1') && isspace('\t') && isxdigit('f') && ispunct('!') && iscntrl(127)) &&
           IS(toupper('a'), 'A') && IS(tolower('A'), 'a') && HOLDS(!isprint(200));
}

const struct tap_point header_ctype[] = {{"characters", characters}, {0, 0}};
