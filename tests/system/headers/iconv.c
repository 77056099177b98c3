/* <iconv.h> */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

static bool converts(void)
{
    char from[] = "a\xe9", to[8] = {0}, *in = from, *out = to;
    size_t left = 2, room = sizeof to;
    iconv_t converter = iconv_open("UTF-8", "ISO-8859-1");

    return HOLDS(converter != (iconv_t)-1) && IS(iconv(converter, &in, &left, &out, &room), 0) &&
           HOLDS(!strcmp(to, "a\xc3\xa9")) && IS(iconv_close(converter), 0) &&
           HOLDS(iconv_open("none", "UTF-8") == (iconv_t)-1) && IS(errno, EINVAL);
}

const struct tap_point header_iconv[] = {{"other character sets", converts}, {0, 0}};
