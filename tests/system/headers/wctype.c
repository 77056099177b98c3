/* <wctype.h> */
#include "tests/system/headers/headers.h"

#include <locale.h>
#include <wctype.h>

static bool classes(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    return HOLDS(iswalpha(0xe9) && iswdigit(L'1') && !iswdigit(0x661) && iswspace(L' ') && iswpunct(L'!')) &&
           IS(towupper(0xe9), 0xc9) && IS(towlower(L'A'), L'a') && HOLDS(iswctype(L'a', wctype("lower")));
}

const struct tap_point header_wctype[] = {{"classes of wide characters", classes}, {0, 0}};
