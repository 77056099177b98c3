/* Lines that a test writes, one for each request, to be compared with the expected ones. */
#pragma once

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/host/check.h"

enum { LINES_MAX = 1 << 18 };

static char lines[LINES_MAX];
static uint32_t lines_bytes;

static void add_line(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    lines_bytes += (uint32_t)vsnprintf(lines + lines_bytes, LINES_MAX - lines_bytes, format, arguments);
    va_end(arguments);
    CHECK(lines_bytes < LINES_MAX);
}
