/* Interrupt lines: through the I/O APIC if the firmware's tables have one, else through the two PICs. */
#pragma once

#include "kernel/i386/acpi.h"

/* The machine that arch_traps_init() found; it has no processors if there is no local APIC. */
extern struct acpi_machine irq_machine;

/* Tells the controller that an interrupt of the line was taken, so that others can follow. Masks the line until
 * arch_irq_unmask(): with the I/O APIC if it is level-triggered, with the PICs unless it is the tick's. Returns false
 * if the interrupt was spurious. */
bool irq_end_of_interrupt(unsigned line);
