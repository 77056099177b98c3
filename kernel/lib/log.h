/* The kernel's log: short lines for the serial port. */
#pragma once

/* Knows %s, %u and %x, the last two of uint32_t, without widths. */
__attribute__((format(printf, 1, 2))) void log_print(const char *format, ...);
