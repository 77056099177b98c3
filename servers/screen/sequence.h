/* Escape sequences: the effects of those in terminal.h, and finding the ends of all others. */
#pragma once

#include "servers/screen/terminal.h"

/* No colours, no attributes. */
void pen_reset(struct pen *pen);

/* Handles a byte (ESC, or at least 32) while the pen's state is not PEN_TEXT. */
void sequence_byte(struct terminal *terminal, uint8_t byte);
