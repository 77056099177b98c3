/*
 * Our strtol and strtoul against the host's, on texts made of what matters to them.
 *   sources:
 */
#include "tests/host/check.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

long ours_strtol(const char *text, char **end, int base);
unsigned long ours_strtoul(const char *text, char **end, int base);
#define strtol  ours_strtol
#define strtoul ours_strtoul
#include "libuser/libc/strtol.c"
#undef strtol
#undef strtoul

static void compare(const char *text, int base)
{
    char *end, *our_end;

    errno = 0;
    long value = strtol(text, &end, base);
    int error = errno;
    errno = 0;
    CHECK(ours_strtol(text, &our_end, base) == value && our_end == end && errno == error);

    errno = 0;
    unsigned long number = strtoul(text, &end, base);
    error = errno;
    errno = 0;
    CHECK(ours_strtoul(text, &our_end, base) == number && our_end == end && errno == error);
}

static void random_text(char *text, unsigned length)
{
    static const char letters[] = " \t+-00xX1279afgzZ";

    for (unsigned i = 0; i < length; i++)
        text[i] = letters[random_below(sizeof letters - 1)];
    text[length] = 0;
}

int main(void)
{
    static const char *const texts[] = {"",
                                        "0",
                                        "0x",
                                        "0x1f",
                                        "-0X1Fg",
                                        "  +12 3",
                                        "08",
                                        "--1",
                                        "9223372036854775807",
                                        "9223372036854775808",
                                        "-9223372036854775808",
                                        "-9223372036854775809",
                                        "18446744073709551615",
                                        "18446744073709551616",
                                        "zz"};
    char text[32];

    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++)
        for (int base = 0; base <= 36; base++)
            if (base != 1)
                compare(texts[i], base);
    for (int i = 0; i < 200000; i++) {
        int base = (int)random_below(36);
        random_text(text, random_below(24));
        compare(text, base ? base + 1 : 0);
    }
    CHECK(ours_strtol("1", NULL, 1) == 0 && errno == EINVAL);
    return 0;
}
