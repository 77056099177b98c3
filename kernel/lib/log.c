#include "kernel/lib/log.h"

#include <stdarg.h>

#include "kernel/arch/arch.h"

enum { LINE_MAX = 256 };

static void print_number(uint32_t value, uint32_t base)
{
    char digits[10];
    unsigned at = sizeof digits;

    do
        digits[--at] = "0123456789abcdef"[value % base];
    while ((value /= base));
    arch_log(digits + at, sizeof digits - at);
}

void log_print(const char *format, ...)
{
    va_list arguments;

    while (!arch_log_has_room(LINE_MAX))
        arch_log_step();
    va_start(arguments, format);
    for (; *format; format++) {
        if (*format != '%')
            arch_log(format, 1);
        else if (*++format != 's')
            print_number(va_arg(arguments, uint32_t), *format == 'x' ? 16 : 10);
        else
            for (const char *text = va_arg(arguments, const char *); *text; text++)
                arch_log(text, 1);
    }
    va_end(arguments);
    arch_log_step();
}
