/* <locale.h>: C, and UTF-8. */
#include "tests/system/headers/headers.h"

#include <locale.h>
#include <string.h>

static bool locales(void)
{
    return HOLDS(setlocale(LC_ALL, "C")) && HOLDS(!strcmp(localeconv()->decimal_point, ".")) &&
           HOLDS(setlocale(LC_ALL, "C.UTF-8")) && HOLDS(!strcmp(setlocale(LC_CTYPE, NULL), "C.UTF-8"));
}

const struct tap_point header_locale[] = {{"locales", locales}, {0, 0}};
