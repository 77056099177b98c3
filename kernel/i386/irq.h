/* Interrupt lines: through the I/O APIC if the firmware's tables have one, else through the two PICs. */
#pragma once

#include "kernel/i386/acpi.h"

/* The machine that arch_traps_init() found; it has no processors if there is no local APIC. */
extern struct acpi_machine irq_machine;

/* Ends an interrupt. Its line is masked until arch_irq_unmask(): a level-triggered one of the I/O APIC; of the PICs,
 * any but the tick's. False if it was spurious. */
bool irq_end_of_interrupt(unsigned line);
