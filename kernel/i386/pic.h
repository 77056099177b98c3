/* The two 8259 interrupt controllers, for machines without an I/O APIC. */
#pragma once

#include <stdbool.h>

enum { PIC_VECTORS = 32 };

/* All lines are masked afterwards. */
void pic_init(void);

void pic_unmask(unsigned line);

/* Ends an interrupt and masks its line (not the tick's); false if it was spurious. */
bool pic_end_of_interrupt(unsigned line);
