/* <byteswap.h> */
#include "tests/system/headers/headers.h"

#include <byteswap.h>

static bool swaps(void)
{
    return IS(bswap_16(0x0102), 0x0201) && IS(bswap_32(0x01020304), 0x04030201) && HOLDS(bswap_64(1) == 1ull << 56);
}

const struct tap_point header_byteswap[] = {{"bytes are swapped", swaps}, {0, 0}};
