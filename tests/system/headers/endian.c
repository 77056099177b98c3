/* <endian.h> */
#include "tests/system/headers/headers.h"

#include <endian.h>

static bool orders(void)
{
    return IS(htobe32(0x01020304), 0x04030201) && IS(le16toh(0x0102), 0x0102) && HOLDS(be64toh(1) == 1ull << 56) &&
           IS(BYTE_ORDER, LITTLE_ENDIAN);
}

const struct tap_point header_endian[] = {{"orders of bytes", orders}, {0, 0}};
