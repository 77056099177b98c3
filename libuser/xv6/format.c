#include "libuser/xv6/format.h"

#include <string.h>

struct sink {
    xv6_put *put;
    void *to;
};

static void put(const struct sink *sink, const char *text, size_t bytes)
{
    sink->put(sink->to, text, bytes);
}

static void put_number(const struct sink *sink, unsigned value, unsigned base, int negative)
{
    char digits[16], *p = digits + sizeof digits;

    do {
        *--p = "0123456789ABCDEF"[value % base];
    } while (value /= base);
    if (negative)
        *--p = '-';
    put(sink, p, (size_t)(digits + sizeof digits - p));
}

static void put_string(const struct sink *sink, const char *text)
{
    if (!text)
        text = "(null)";
    put(sink, text, strlen(text));
}

/* `at` points behind the percent sign. */
static void put_conversion(const struct sink *sink, const char *at, va_list *arguments)
{
    char c;
    int number;

    switch (*at) {
    case 'd':
        number = va_arg(*arguments, int);
        put_number(sink, number < 0 ? 0u - (unsigned)number : (unsigned)number, 10, number < 0);
        break;
    case 'x':
    case 'p':
        put_number(sink, va_arg(*arguments, unsigned), 16, 0);
        break;
    case 's':
        put_string(sink, va_arg(*arguments, const char *));
        break;
    case 'c':
        c = (char)va_arg(*arguments, int);
        put(sink, &c, 1);
        break;
    case '%':
        put(sink, at, 1);
        break;
    default:
        put(sink, at - 1, 2);
    }
}

void xv6_format(xv6_put *put_to, void *to, const char *format, va_list arguments)
{
    const struct sink sink = {put_to, to};
    va_list rest;

    va_copy(rest, arguments);
    for (;;) {
        size_t plain = strcspn(format, "%");
        put(&sink, format, plain);
        format += plain;
        if (!format[0] || !format[1])
            break;
        put_conversion(&sink, format + 1, &rest);
        format += 2;
    }
    va_end(rest);
}
