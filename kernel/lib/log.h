/* The kernel's log: short lines for the serial port. */
#pragma once

/* Supports %s, and %u and %x for uint32_t, without widths. */
__attribute__((format(printf, 1, 2))) void log_print(const char *format, ...);
