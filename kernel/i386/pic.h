/* The two 8259 interrupt controllers and the 8254 timer: the machine with one processor. */
#pragma once

#include <stdbool.h>

enum { PIC_VECTORS = 32, PIC_LINES = 16 };

/* All lines masked but the tick, which comes TICKS_PER_SECOND times a second. */
void pic_init(void);

/* Ends an interrupt and masks its line (not the tick's); false if it was spurious. */
bool pic_acknowledge(unsigned line);
