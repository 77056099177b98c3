/* <float.h>: the processor's arithmetic. */
#include "tests/system/headers/headers.h"

#include <float.h>

static volatile double one = 1, least = DBL_MIN, most = DBL_MAX;

static bool limits(void)
{
    volatile double next = one + DBL_EPSILON, same = one + DBL_EPSILON / 4, less = least / 2;

    return HOLDS(next > one) && HOLDS(same == one) && HOLDS(less > 0 && less < least) && HOLDS(most * 2 > most) &&
           IS(DBL_DIG, 15) && IS(FLT_EVAL_METHOD, 2) && IS(LDBL_MANT_DIG, 64);
}

const struct tap_point header_float[] = {{"limits of floating point", limits}, {0, 0}};
