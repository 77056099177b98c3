/* <inttypes.h> */
#include "tests/system/headers/headers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool widths(void)
{
    char text[40];
    imaxdiv_t parts = imaxdiv(-5000000001, 2);
    int64_t large = 0;

    snprintf(text, sizeof text, "%" PRId64 " %" PRIx32, INT64_C(-5000000000), UINT32_C(0xabc));
    return HOLDS(!strcmp(text, "-5000000000 abc")) && IS(sscanf("-6000000000", "%" SCNd64, &large), 1) &&
           HOLDS(large == -6000000000) && HOLDS(parts.quot == -2500000000 && parts.rem == -1) &&
           HOLDS(strtoimax("-0x10", NULL, 0) == -16) && HOLDS(imaxabs(-5) == 5);
}

const struct tap_point header_inttypes[] = {{"widths", widths}, {0, 0}};
