/* The I/O APIC, which delivers interrupt lines as vectors to the boot processor: 82093AA data sheet. */
#pragma once

#include "kernel/i386/acpi.h"

/* Line n gives vector IOAPIC_VECTORS + n. */
enum { IOAPIC_VECTORS = 32 };

/* On the boot processor, after apic_enable(); all lines are masked afterwards. */
void ioapic_init(const struct acpi_machine *machine);

/* Edges are lost while their line is masked, so ioapic_mask() does nothing for an edge-triggered line. */
void ioapic_mask(unsigned line);
void ioapic_unmask(unsigned line);
