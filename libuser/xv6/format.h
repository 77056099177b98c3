/* xv6's printf: %d %x %p (both upper-case hexadecimal), %s (NULL is "(null)"), %c and %%; any other
 * conversion is printed as it stands, and takes no argument. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* Gives the text to `put`, piece by piece. */
void __xv6_format(void (*put)(const char *text, size_t bytes), const char *format,
                  va_list arguments);
