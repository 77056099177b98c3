/* The I/O APIC: the interrupt lines to vectors of the boot processor. Intel 82093AA data sheet, 3. */
#pragma once

#include "kernel/i386/acpi.h"

/* Line n gives vector IOAPIC_VECTORS + n. */
enum { IOAPIC_VECTORS = 32 };

/* On the boot processor, after apic_init(); all lines are masked. */
void ioapic_init(const struct acpi_machine *machine);

/* Masks a level-triggered line. An edge is lost while its line is masked: such a line stays open. */
void ioapic_mask(unsigned line);
void ioapic_unmask(unsigned line);
