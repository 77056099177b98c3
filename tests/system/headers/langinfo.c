/* <langinfo.h> */
#include "tests/system/headers/headers.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>

static bool words(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    return HOLDS(!strcmp(nl_langinfo(RADIXCHAR), ".")) && HOLDS(!strcmp(nl_langinfo(DAY_1), "Sunday")) &&
           HOLDS(!strcmp(nl_langinfo(CODESET), "UTF-8"));
}

const struct tap_point header_langinfo[] = {{"words of the locale", words}, {0, 0}};
