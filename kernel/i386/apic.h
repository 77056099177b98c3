/* Each processor's own interrupt controller, as registers in memory: SDM volume 3, chapter 10. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Comes when an interrupt went away before it was taken; is not ended. */
enum { APIC_SPURIOUS = 0xff, APIC_EOI = 0xb0 };

/* Maps the registers, once. False: this processor has none, or not in memory (x2APIC mode). */
bool apic_init(uint32_t physical);

/* Each processor for itself: all vectors and messages let in, own sources masked, NMI connected. */
void apic_enable(void);

/* The PICs interrupt this processor, with their own vectors: where there is no I/O APIC. */
void apic_connect_pics(void);

/* This processor's id. */
unsigned apic_id(void);

void apic_end_of_interrupt(void);

/* Interrupts with vectors below that are not let in, but stay pending; a multiple of 16. */
void apic_let_in(unsigned vector);

/* Sends another processor a vector, with interrupts off; or starts it, SDM 8.4.4: init, 10 ms, startup,
 * 200 us, startup. It begins in real mode at the start of the page with that number, below 1 MiB. */
enum { APIC_INIT = 5 << 8, APIC_STARTUP = 6 << 8 /* | page */ };
void apic_send(unsigned id, uint32_t what);
