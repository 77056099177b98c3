#include "libuser/string/format.h"

#include <string.h>

/* The output: where the next byte goes, and the last byte, which is reserved for the zero byte. */
struct text {
    char *at, *last;
};

struct spec {
    char fill;
    uint32_t width, precision;
};

static void put(struct text *text, char c)
{
    if (text->at < text->last)
        *text->at++ = c;
}

static void put_bytes(struct text *text, const struct spec *spec, const char *from, uint32_t bytes)
{
    for (uint32_t filled = bytes; filled < spec->width; filled++)
        put(text, spec->fill);
    for (uint32_t i = 0; i < bytes; i++)
        put(text, from[i]);
}

static void put_number(struct text *text, const struct spec *spec, uint32_t value, uint32_t base, char sign)
{
    char digits[12], *first = digits + sizeof digits;

    do
        *--first = "0123456789abcdef"[value % base];
    while (value /= base);
    if (sign)
        *--first = sign;
    put_bytes(text, spec, first, (uint32_t)(digits + sizeof digits - first));
}

static void put_conversion(struct text *text, const struct spec *spec, char conversion, va_list *arguments)
{
    uint32_t value;

    if (conversion == 's') {
        const char *from = va_arg(*arguments, const char *);
        put_bytes(text, spec, from, (uint32_t)strnlen(from, spec->precision));
        return;
    }
    if (conversion == '%') {
        put(text, '%');
        return;
    }
    value = va_arg(*arguments, uint32_t);
    if (conversion == 'c')
        put(text, (char)value);
    else if (conversion == 'd' && value >> 31)
        put_number(text, spec, -value, 10, '-');
    else
        put_number(text, spec, value, conversion == 'x' ? 16 : 10, 0);
}

/* Parses the flag, width and precision between the percent sign and the conversion. */
static const char *read_spec(const char *format, struct spec *spec, va_list *arguments)
{
    *spec = (struct spec){*format == '0' ? '0' : ' ', 0, UINT32_MAX};
    for (; *format >= '0' && *format <= '9'; format++)
        spec->width = spec->width * 10 + (uint32_t)(*format - '0');
    if (format[0] == '.' && format[1] == '*') {
        spec->precision = va_arg(*arguments, uint32_t);
        format += 2;
    }
    return format;
}

uint32_t format_list(char *to, uint32_t size, const char *format, va_list arguments)
{
    struct text text = {to, to + size - 1};
    struct spec spec;
    va_list rest;

    va_copy(rest, arguments);
    for (; *format; format++)
        if (*format == '%') {
            format = read_spec(format + 1, &spec, &rest);
            put_conversion(&text, &spec, *format, &rest);
        } else {
            put(&text, *format);
        }
    va_end(rest);
    *text.at = 0;
    return (uint32_t)(text.at - to);
}

uint32_t format_text(char *to, uint32_t size, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    uint32_t bytes = format_list(to, size, format, arguments);
    va_end(arguments);
    return bytes;
}
