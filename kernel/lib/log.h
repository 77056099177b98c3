/* The kernel's log: short lines for the serial port. */
#pragma once

/* Supports %s, and %u and %x for uint32_t, without widths. At most 256 bytes of text, for which it waits until the port
 * has sent enough. */
__attribute__((format(printf, 1, 2))) void log_print(const char *format, ...);
