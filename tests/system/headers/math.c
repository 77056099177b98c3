/* <math.h>: exact results where C requires them. */
#include "tests/system/headers/headers.h"

#include <math.h>

static volatile double two = 2, zero = 0;

static bool is_near(double got, double wanted)
{
    return fabs(got - wanted) <= fabs(wanted) * 1e-15;
}

static bool functions(void)
{
    return HOLDS(is_near(sqrt(two), 0x1.6a09e667f3bcdp+0)) && HOLDS(is_near(sin(1), 0.8414709848078965)) &&
           HOLDS(is_near(pow(two, 0.5), sqrt(two))) && HOLDS(is_near(exp(1), M_E)) && HOLDS(is_near(log(10), M_LN10)) &&
           HOLDS(is_near(atan2(1, -1), 3 * M_PI_4)) && HOLDS(fmod(7.5, two) == 1.5) &&
           HOLDS(floor(-2.5) == -3 && ceil(-2.5) == -2 && round(-2.5) == -3 && rint(-2.5) == -2) &&
           HOLDS(hypot(3, 4) == 5) && HOLDS(cbrt(27) == 3) && IS(lround(2.5), 3);
}

static bool specials(void)
{
    int exponent = 0;

    return HOLDS(isnan(zero / zero) && isinf(1 / zero) && signbit(-zero) && isnan(sqrt(-1.0 - zero))) &&
           HOLDS(frexp(48, &exponent) == 0.75) && IS(exponent, 6) && HOLDS(ldexp(0.75, 6) == 48) &&
           HOLDS(nextafter(1, two) == 1 + 0x1p-52);
}

const struct tap_point header_math[] = {
    {"functions", functions},
    {"infinities and others", specials},
    {0, 0},
};
