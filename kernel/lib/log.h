/* The kernel's log: short lines for the serial port. */
#pragma once

/* Supports %s, and %u and %x for uint32_t, without widths. At most 256 bytes of text; waits until the log has room for
 * them, that is until the port has sent enough. Called with the kernel lock held, during boot, or in a panic. */
__attribute__((format(printf, 1, 2))) void log_print(const char *format, ...);
