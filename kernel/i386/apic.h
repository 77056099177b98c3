/* Each processor's own interrupt controller, as registers in memory: SDM volume 3, chapter 10. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Delivered when an interrupt went away before it was taken; needs no end of interrupt. */
enum { APIC_SPURIOUS = 0xff, APIC_EOI = 0xb0 };

/* Maps the registers, once. False: this processor has no local APIC, or not in memory (x2APIC mode). */
bool apic_init(uint32_t physical);

/* On each processor: lets in all vectors and messages, masks its own sources, connects NMI. */
void apic_enable(void);

/* Without an I/O APIC: connects the PICs, with their own vectors, to this processor. */
void apic_connect_pics(void);

/* This processor's id. */
unsigned apic_id(void);

void apic_end_of_interrupt(void);

/* Interrupts with vectors below `vector`, a multiple of 16, are blocked and stay pending. */
void apic_let_in(unsigned vector);

/* Sends a vector to another processor, with interrupts off; or starts it, SDM 8.4.4: init, 10 ms, startup,
 * 200 us, startup. It begins in real mode at the start of the page with that number, below 1 MiB. */
enum { APIC_INIT = 5 << 8, APIC_STARTUP = 6 << 8 /* | page */ };
void apic_send(unsigned id, uint32_t what);
