/*
 * Formatted text, for the log.
 *   sources: libuser/string/format.c
 */
#include "libuser/string/format.h"
#include "tests/host/check.h"

#include <string.h>

#define IS(text, ...) CHECK(format_text(to, sizeof to, __VA_ARGS__) == strlen(text) && !strcmp(to, text))

static char to[64];

static void numbers(void)
{
    IS("0 7 4294967295", "%u %u %u", 0u, 7u, 0xffffffffu);
    IS("0 -1 2147483647 -2147483648", "%d %d %d %d", 0, -1, 0x7fffffff, -0x7fffffff - 1);
    IS("0 deadbeef", "%x %x", 0u, 0xdeadbeefu);
    IS("0a ff 123 [   7][  -7]", "%02x %02x %02x [%4u][%4d]", 10u, 255u, 0x123u, 7u, -7);
    IS("[0000000012]", "[%010u]", 12u);
}

static void texts(void)
{
    IS("", "%s", "");
    IS("one, two", "%s, %s", "one", "two");
    IS("[ab][][   abc]", "[%.*s][%.*s][%6s]", 2, "abcd", 0, "abcd", "abc");
    IS("c%d", "%c%%d", 'c');
    const char unended[3] = {'x', 'y', 'z'};
    IS("xyz", "%.*s", 3, unended);
}

/* Text that does not fit is left out, wherever that begins. */
static void cut(void)
{
    memset(to, 'x', sizeof to);
    CHECK(format_text(to, 5, "%s", "12345678") == 4 && !strcmp(to, "1234") && to[5] == 'x');
    CHECK(format_text(to, 5, "%u-%u", 123u, 456u) == 4 && !strcmp(to, "123-"));
    CHECK(format_text(to, 5, "%9u", 1u) == 4 && !strcmp(to, "    "));
    CHECK(format_text(to, 1, "%s", "1") == 0 && !*to && to[1] == ' ');
}

int main(void)
{
    numbers();
    texts();
    cut();
    return 0;
}
