/* Interrupt lines: through the I/O APIC if the firmware's tables have one, else through the two PICs. */
#pragma once

#include "kernel/i386/acpi.h"

/* The machine that arch_traps_init() found; it has no processors if there is no local APIC. */
extern struct acpi_machine irq_machine;

/* Ends an interrupt; a level-triggered line is masked until it is acknowledged by its driver.
 * False if it was spurious. */
bool irq_acknowledge(unsigned line);
