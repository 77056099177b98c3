/* The I/O APIC, which delivers interrupt lines as vectors to the boot processor: 82093AA data sheet. */
#pragma once

#include "kernel/i386/acpi.h"

/* Line n gives vector IOAPIC_VECTORS + n. */
enum { IOAPIC_VECTORS = 32 };

/* On the boot processor, after apic_init(); all lines are masked. */
void ioapic_init(const struct acpi_machine *machine);

/* Edges are lost while their line is masked: edge-triggered lines, once unmasked, stay so. */
void ioapic_mask(unsigned line);
void ioapic_unmask(unsigned line);
