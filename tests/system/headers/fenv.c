/* <fenv.h>: rounding, exceptions. */
#include "tests/system/headers/headers.h"

#include <fenv.h>
#include <math.h>

static volatile double two = 2, zero = 0;

static bool rounding(void)
{
    fesetround(FE_UPWARD);
    bool good = HOLDS(rint(two + 0.25) == 3) && IS(fegetround(), FE_UPWARD);
    fesetround(FE_TONEAREST);
    feclearexcept(FE_ALL_EXCEPT);
    volatile double huge = 1 / zero;
    (void)huge;
    return good && HOLDS(fetestexcept(FE_DIVBYZERO));
}

static bool environments(void)
{
    fenv_t was;

    feclearexcept(FE_ALL_EXCEPT);
    bool good = IS(feholdexcept(&was), 0) && IS(feraiseexcept(FE_INEXACT | FE_OVERFLOW), 0) &&
                IS(fetestexcept(FE_ALL_EXCEPT), FE_INEXACT | FE_OVERFLOW);
    return IS(fesetenv(&was), 0) && IS(fetestexcept(FE_ALL_EXCEPT), 0) && good;
}

const struct tap_point header_fenv[] = {
    {"rounding, exceptions", rounding},
    {"the environment comes back", environments},
    {0, 0},
};
