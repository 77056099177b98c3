#include "libuser/libc/internal.h"
#include "libuser/xv6/format.h"

void xv6_printf(int fd, const char *format, ...);

static void put(const char *text, size_t bytes)
{
    __console_put(text, bytes);
}

WEAK void xv6_printf(int fd, const char *format, ...)
{
    va_list arguments;

    if (fd < 0 || fd > 2)
        return;
    va_start(arguments, format);
    __xv6_format(put, format, arguments);
    va_end(arguments);
}
