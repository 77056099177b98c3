/* <stdarg.h> */
#include "tests/system/headers/headers.h"

#include <stdarg.h>

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

static int twice(int count, ...)
{
    va_list list, again;
    int result = 0;

    va_start(list, count);
    va_copy(again, list);
    for (int i = 0; i < count; i++)
        result += va_arg(list, int) + 10 * va_arg(again, int);
    va_end(again);
    va_end(list);
    return result;
}

static double mixed(int first, ...)
{
    va_list list;

    va_start(list, first);
    double result = first + (double)va_arg(list, long long) + va_arg(list, double) + *va_arg(list, const char *);
    va_end(list);
    return result;
}

static bool arguments(void)
{
    return IS(sum(3, 1, 2, 3), 6) && IS(twice(2, 1, 2), 33) && HOLDS(mixed(1, 1LL << 40, 0.5, "a") == 0x1p40 + 98.5);
}

const struct tap_point header_stdarg[] = {{"variable arguments", arguments}, {0, 0}};
