#include "libuser/libc/internal.h"

#include <limits.h>
#include <stb_sprintf.h>
#include <stdio.h>

WEAK int vsnprintf(char *to, size_t size, const char *format, va_list arguments)
{
    return stbsp_vsnprintf(to, size < INT_MAX ? (int)size : INT_MAX, format, arguments);
}

WEAK int vsprintf(char *to, const char *format, va_list arguments)
{
    return stbsp_vsprintf(to, format, arguments);
}

WEAK int snprintf(char *to, size_t size, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(to, size, format, arguments);
    va_end(arguments);
    return length;
}

WEAK int sprintf(char *to, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vsprintf(to, format, arguments);
    va_end(arguments);
    return length;
}
