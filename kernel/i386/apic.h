/* Each processor's own interrupt controller, as registers in memory: SDM volume 3, chapter 10. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The vector that is delivered when an interrupt went away before it was taken; it needs no end of interrupt. */
enum { APIC_SPURIOUS = 0xff };
enum { APIC_EOI = 0xb0 }; /* the offset of the register for the end of an interrupt, for entry.asm */

/* Maps the registers, once. False: this processor has no local APIC, or not in memory (x2APIC mode). */
bool apic_init(uint32_t physical);

/* On each processor: lets in all vectors, masks its own sources (timer, LINT0, errors), connects NMI, and ends what the
 * firmware left in service. */
void apic_enable(void);

/* Without an I/O APIC: connects the PICs, with their own vectors, to this processor. */
void apic_connect_pics(void);

/* This processor's id. */
unsigned apic_id(void);

void apic_end_of_interrupt(void);

/* Sets the task priority: interrupts with vectors below `vector`, a multiple of 16, stay pending. 0 lets in all. */
void apic_set_task_priority(unsigned vector);

/* Sends a vector to the processor with that APIC id, or one of these messages, which start it (SDM 8.4.4: init, 10 ms,
 * startup, 200 us, startup; it begins in real mode at the start of that page, below 1 MiB). Interrupts are off. */
enum { APIC_INIT = 5 << 8, APIC_STARTUP = 6 << 8 /* | page */ };
void apic_send(unsigned id, uint32_t what);
