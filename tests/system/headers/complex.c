/* <complex.h> */
#include "tests/system/headers/headers.h"

#include <complex.h>
#include <math.h>

static bool functions(void)
{
    double complex root = csqrt(-4), turned = cexp(I * M_PI);

    return HOLDS(cabs(3 + 4 * I) == 5) && HOLDS(creal(root) == 0 && cimag(root) == 2) &&
           HOLDS(fabs(creal(turned) + 1) < 1e-15) && HOLDS(carg(-1) == M_PI) && HOLDS(cimag(conj(1 + 2 * I)) == -2);
}

const struct tap_point header_complex[] = {{"complex numbers", functions}, {0, 0}};
