/* xv6's printf: %d %x %p (both upper-case hexadecimal), %s (NULL is "(null)"), %c and %%; any other
 * conversion is printed unchanged, and takes no argument. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

typedef void xv6_put(void *to, const char *text, size_t bytes);

/* Gives the text to `put`, with `to`, piece by piece. */
void xv6_format(xv6_put *put, void *to, const char *format, va_list arguments);
