/*
 * Formats of xv6's printf.
 *   sources: libuser/xv6/format.c
 */
#include "libuser/xv6/format.h"
#include "tests/host/check.h"

#include <limits.h>
#include <string.h>

static char made[256];

static void put(void *to, const char *text, size_t bytes)
{
    size_t *used = to;

    CHECK(*used + bytes < sizeof made);
    memcpy(made + *used, text, bytes);
    *used += bytes;
    made[*used] = 0;
}

static const char *print(const char *format, ...)
{
    size_t used = 0;
    va_list arguments;

    made[0] = 0;
    va_start(arguments, format);
    xv6_format(put, &used, format, arguments);
    va_end(arguments);
    return made;
}

#define IS(text, ...) CHECK(!strcmp(print(__VA_ARGS__), text))

int main(void)
{
    IS("0 -1 -2147483648\n", "%d %d %d\n", 0, -1, INT_MIN);
    IS("ABCD 10 FFFFFFFF\n", "%x %p %x\n", 0xabcdu, 0x10u, UINT_MAX);
    IS("[text][(null)][c][%]\n", "[%s][%s][%c][%%]\n", "text", (char *)NULL, 'c');
    IS("%u %5d%\n", "%u %5d%\n", 1);
    IS("all\n", "all\n%"); /* nothing after the sign */
    IS("", "");
    return 0;
}
