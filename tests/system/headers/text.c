/* <setjmp.h>, <stdarg.h>, <inttypes.h>, <wchar.h>, <locale.h>, <regex.h>, <search.h>, <getopt.h>, <assert.h>. */
#include "tests/system/headers/headers.h"

#include <assert.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <regex.h>
#include <search.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

static jmp_buf back;

static int sum(int count, ...)
{
    va_list list;
    int result = 0;

    va_start(list, count);
    while (count--)
        result += va_arg(list, int);
    va_end(list);
    return result;
}

static bool control(void)
{
    volatile int rounds = 0;
    int got = setjmp(back);

    if (rounds++ < 3)
        longjmp(back, rounds);
    return IS(got, 3) && IS(sum(3, 1, 2, 3), 6);
}

static bool wide(void)
{
    wchar_t text[10];
    char bytes[20];

    setlocale(LC_ALL, "C.UTF-8");
    return IS(mbstowcs(text, "a\xc3\xa9\xe2\x82\xac", 10), 3) && IS(text[1], 0xe9) && IS(text[2], 0x20ac) &&
           IS(wcslen(text), 3) && IS(wcstombs(bytes, text, sizeof bytes), 6) && IS(swprintf(text, 10, L"%d", 42), 2) &&
           IS(text[0], L'4') && IS(MB_CUR_MAX, 4);
}

static bool patterns(void)
{
    regex_t pattern;
    regmatch_t match[2];
    char *words[] = {"prog", "-a", "-b", "value", "rest", NULL};
    char text[40];

    bool good = IS(regcomp(&pattern, "([0-9]+)x", REG_EXTENDED), 0) &&
                IS(regexec(&pattern, "ab123x", 2, match, 0), 0) && IS(match[1].rm_so, 2) && IS(match[1].rm_eo, 5) &&
                IS(regexec(&pattern, "none", 0, NULL, 0), REG_NOMATCH);
    regfree(&pattern);
    optind = 1;
    snprintf(text, sizeof text, "%" PRId64 " %" PRIx32, INT64_C(-5000000000), UINT32_C(0xabc));
    return good && IS(getopt(5, words, "ab:"), 'a') && IS(getopt(5, words, "ab:"), 'b') &&
           HOLDS(!strcmp(optarg, "value")) && IS(getopt(5, words, "ab:"), -1) && IS(optind, 4) &&
           HOLDS(!strcmp(text, "-5000000000 abc"));
}

static bool asserts(void)
{
    int status = 0;

    if (fork() == 0) {
        assert(sum(1, 1) == 1);
        assert(sum(1, 1) == 2); /* says so */
        _exit(0);
    }
    return HOLDS(wait(&status) > 0) && IS(status, 6);
}

const struct tap_point header_text[] = {
    {"jumps, variable arguments", control},
    {"wide characters", wide},
    {"patterns, options, widths", patterns},
    {"an assertion that fails", asserts},
    {0, 0},
};
