/* The two 8259 interrupt controllers, for machines without an I/O APIC, and the 8254 timer. */
#pragma once

#include <stdbool.h>

enum { PIC_VECTORS = 32, PIC_LINES = 16 };

/* All lines are masked afterwards. */
void pic_init(void);

/* Makes the timer raise the tick's line TICKS_PER_SECOND times a second. */
void timer_init(void);

/* Waits that long, at most 50,000 microseconds, by another channel of the timer. */
void timer_wait(unsigned microseconds);

void pic_unmask(unsigned line);

/* Ends an interrupt and masks its line (not the tick's); false if it was spurious. */
bool pic_end_of_interrupt(unsigned line);
