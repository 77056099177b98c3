/* What a test has written down of what was asked for, line by line, to be compared with what should have been. */
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
