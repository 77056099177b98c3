#include "libuser/libc/internal.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>

struct number {
    unsigned long value;
    int negative, too_big;
};

static unsigned digit(char c)
{
    unsigned char u = (unsigned char)c;

    if (isdigit(u))
        return u - '0';
    return isalpha(u) ? (u | 32u) - 'a' + 10 : UINT_MAX;
}

/* Past "0x" or "0" as the base allows; a base of 0 becomes what was found. */
static const char *prefix(const char *p, unsigned *base)
{
    int hex = p[0] == '0' && (p[1] | 32) == 'x' && digit(p[2]) < 16;

    if (hex && (*base == 0 || *base == 16)) {
        *base = 16;
        return p + 2;
    }
    if (*base == 0)
        *base = p[0] == '0' ? 8 : 10;
    return p;
}

static struct number scan(const char *text, char **end, unsigned base)
{
    struct number n = {0, 0, 0};
    const char *p = text, *first;

    while (isspace((unsigned char)*p))
        p++;
    if (*p == '+' || *p == '-')
        n.negative = *p++ == '-';
    for (first = p = prefix(p, &base); digit(*p) < base; p++) {
        n.too_big |= __builtin_mul_overflow(n.value, base, &n.value);
        n.too_big |= __builtin_add_overflow(n.value, digit(*p), &n.value);
    }
    if (end)
        *end = (char *)(p == first ? text : p);
    return n;
}

static int bad_base(const char *text, char **end, int base)
{
    if (base == 0 || (base >= 2 && base <= 36))
        return 0;
    if (end)
        *end = (char *)text;
    errno = EINVAL;
    return 1;
}

WEAK unsigned long strtoul(const char *text, char **end, int base)
{
    if (bad_base(text, end, base))
        return 0;
    struct number n = scan(text, end, (unsigned)base);
    if (n.too_big) {
        errno = ERANGE;
        return ULONG_MAX;
    }
    return n.negative ? 0 - n.value : n.value;
}

WEAK long strtol(const char *text, char **end, int base)
{
    if (bad_base(text, end, base))
        return 0;
    struct number n = scan(text, end, (unsigned)base);
    if (n.too_big || n.value > (unsigned long)LONG_MAX + (unsigned)n.negative) {
        errno = ERANGE;
        return n.negative ? LONG_MIN : LONG_MAX;
    }
    return (long)(n.negative ? 0 - n.value : n.value);
}
