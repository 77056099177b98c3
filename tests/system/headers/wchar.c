/* <wchar.h>: wide characters, in UTF-8. */
#define _XOPEN_SOURCE 700 /* wcwidth */
#include "tests/system/headers/headers.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static bool wide(void)
{
    wchar_t text[10];
    char bytes[20];

    setlocale(LC_ALL, "C.UTF-8");
    return IS(mbstowcs(text, "a\xc3\xa9\xe2\x82\xac", 10), 3) && IS(text[1], 0xe9) && IS(text[2], 0x20ac) &&
           IS(wcslen(text), 3) && IS(wcstombs(bytes, text, sizeof bytes), 6) && IS(swprintf(text, 10, L"%d", 42), 2) &&
           IS(text[0], L'4') && IS(MB_CUR_MAX, 4);
}

static bool states(void)
{
    mbstate_t state = {0};
    wchar_t wide = 0;

    setlocale(LC_ALL, "C.UTF-8");
    return IS(mbrtowc(&wide, "\xe2", 1, &state), (size_t)-2) && HOLDS(!mbsinit(&state)) &&
           IS(mbrtowc(&wide, "\x82\xac", 2, &state), 2) && IS(wide, 0x20ac) &&
           IS(mbrtowc(&wide, "\xff", 1, &state), (size_t)-1) && IS(wcscmp(L"ab", L"ab"), 0) &&
           IS(wcschr(L"abc", L'c') - L"abc" < 99, 1) && IS(wcstol(L"-12x", NULL, 10), -12) && IS(wcwidth(0x4e00), 2) &&
           IS(wcsspn(L"aab", L"a"), 2);
}

const struct tap_point header_wchar[] = {{"wide characters", wide}, {"a character in parts", states}, {0, 0}};
