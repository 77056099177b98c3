/* Lines for the kernel's log. */
#pragma once

#include "kernel/abi/abi.h"

/* Writes one line, and a newline, through the log capability in `slot`. `page` is the calling thread's
 * message page, whose words are overwritten. A longer line is cut. */
void log_line(struct message_page *page, uint32_t slot, const char *format, ...) __attribute__((format(printf, 3, 4)));
