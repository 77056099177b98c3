/* The kernel's log: short lines for the serial port, in pieces. */
#pragma once

#include <stdint.h>

void log_text(const char *text);
void log_hex(uint32_t value);
void log_decimal(uint32_t value);
