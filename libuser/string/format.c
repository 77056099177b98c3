#include "libuser/string/format.h"

#include <string.h>

/* The output: where the next byte goes, and the last place, which is reserved for the zero byte. */
struct text {
    char *at, *last;
};

struct form {
    char fill;
    uint32_t width, most;
};

static void put(struct text *text, char c)
{
    if (text->at < text->last)
        *text->at++ = c;
}

static void put_bytes(struct text *text, const struct form *form, const char *from, uint32_t bytes)
{
    for (uint32_t filled = bytes; filled < form->width; filled++)
        put(text, form->fill);
    for (uint32_t i = 0; i < bytes; i++)
        put(text, from[i]);
}

static void put_number(struct text *text, const struct form *form, uint32_t value, uint32_t base, char sign)
{
    char digits[12], *first = digits + sizeof digits;

    do
        *--first = "0123456789abcdef"[value % base];
    while (value /= base);
    if (sign)
        *--first = sign;
    put_bytes(text, form, first, (uint32_t)(digits + sizeof digits - first));
}

static void put_conversion(struct text *text, const struct form *form, char conversion, va_list *arguments)
{
    uint32_t value;

    if (conversion == 's') {
        const char *from = va_arg(*arguments, const char *);
        put_bytes(text, form, from, (uint32_t)strnlen(from, form->most));
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
        put_number(text, form, -value, 10, '-');
    else
        put_number(text, form, value, conversion == 'x' ? 16 : 10, 0);
}

/* Parses the flags, width and precision between the percent sign and the conversion. */
static const char *read_form(const char *format, struct form *form, va_list *arguments)
{
    *form = (struct form){*format == '0' ? '0' : ' ', 0, UINT32_MAX};
    for (; *format >= '0' && *format <= '9'; format++)
        form->width = form->width * 10 + (uint32_t)(*format - '0');
    if (format[0] == '.' && format[1] == '*') {
        form->most = va_arg(*arguments, uint32_t);
        format += 2;
    }
    return format;
}

uint32_t format_list(char *to, uint32_t size, const char *format, va_list arguments)
{
    struct text text = {to, to + size - 1};
    struct form form;
    va_list rest;

    va_copy(rest, arguments);
    for (; *format; format++)
        if (*format == '%') {
            format = read_form(format + 1, &form, &rest);
            put_conversion(&text, &form, *format, &rest);
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
