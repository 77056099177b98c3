/* Interrupt lines: through the I/O APIC where the firmware's tables have one, else the two PICs. */
#pragma once

#include "kernel/i386/acpi.h"

/* What arch_traps_init() found; no processors: no local APIC. */
extern struct acpi_machine irq_machine;

/* Ends an interrupt; a level-triggered line is masked until it is acknowledged by its driver.
 * False if it was spurious. */
bool irq_acknowledge(unsigned line);
