/* <uchar.h> */
#include "tests/system/headers/headers.h"

#include <locale.h>
#include <string.h>
#include <uchar.h>

static bool converts(void)
{
    mbstate_t state = {0};
    char16_t half = 0;
    char32_t whole = 0;
    char bytes[8];

    setlocale(LC_ALL, "C.UTF-8");
    return IS(mbrtoc32(&whole, "\xf0\x9f\x98\x80", 4, &state), 4) && IS(whole, 0x1f600) &&
           IS(c32rtomb(bytes, whole, &state), 4) && IS(mbrtoc16(&half, bytes, 4, &state), 4) && IS(half, 0xd83d) &&
           IS(mbrtoc16(&half, bytes, 4, &state), (size_t)-3) && IS(half, 0xde00);
}

const struct tap_point header_uchar[] = {{"characters of 16 and 32 bits", converts}, {0, 0}};
