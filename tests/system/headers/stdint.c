/* <stdint.h> */
#include "tests/system/headers/headers.h"

#include <stdint.h>

static bool types(void)
{
    return IS(sizeof(intptr_t), 4) && IS(sizeof(int_fast64_t), 8) &&
           HOLDS(SIZE_MAX == UINT32_MAX && INT64_MIN < 0 && UINT8_MAX == 255) && HOLDS(UINT64_C(1) << 63 > INT64_MAX);
}

const struct tap_point header_stdint[] = {{"widths of integers", types}, {0, 0}};
