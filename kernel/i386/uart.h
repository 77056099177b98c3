/* The serial port of the kernel's log; arch_log() writes to it. */
#pragma once

void uart_init(void);
