#include "libuser/xv6/format.h"

#include <string.h>

typedef void put_function(const char *text, size_t bytes);

static void put_number(put_function *put, unsigned value, unsigned base, int negative)
{
    char digits[16], *p = digits + sizeof digits;

    do {
        *--p = "0123456789ABCDEF"[value % base];
    } while (value /= base);
    if (negative)
        *--p = '-';
    put(p, (size_t)(digits + sizeof digits - p));
}

static void put_string(put_function *put, const char *text)
{
    if (!text)
        text = "(null)";
    put(text, strlen(text));
}

/* `at` points behind the percent sign. */
static void put_conversion(put_function *put, const char *at, va_list *arguments)
{
    char c;
    int number;

    switch (*at) {
    case 'd':
        number = va_arg(*arguments, int);
        put_number(put, number < 0 ? 0u - (unsigned)number : (unsigned)number, 10, number < 0);
        break;
    case 'x':
    case 'p':
        put_number(put, va_arg(*arguments, unsigned), 16, 0);
        break;
    case 's':
        put_string(put, va_arg(*arguments, const char *));
        break;
    case 'c':
        c = (char)va_arg(*arguments, int);
        put(&c, 1);
        break;
    case '%':
        put(at, 1);
        break;
    default:
        put(at - 1, 2);
    }
}

void __xv6_format(put_function *put, const char *format, va_list arguments)
{
    va_list rest;

    va_copy(rest, arguments);
    for (;;) {
        size_t plain = strcspn(format, "%");
        put(format, plain);
        format += plain;
        if (!format[0] || !format[1])
            break;
        put_conversion(put, format + 1, &rest);
        format += 2;
    }
    va_end(rest);
}
