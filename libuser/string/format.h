/*
 * Formatted text, for the log: %d %u %x %s %c and %%. A width fills on the left, with blanks or, if it begins with a 0,
 * with zeros; `.*` takes an argument, the maximum number of bytes of a %s.
 */
#pragma once

#include <stdarg.h>
#include <stdint.h>

/* Writes what fits into `size` bytes (at least 1), with a zero byte; returns the number of bytes before that. */
uint32_t format_text(char *to, uint32_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
uint32_t format_list(char *to, uint32_t size, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));
