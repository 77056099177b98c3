/* The processors and the interrupt controllers, as the firmware's tables have them: ACPI 6.4, 5.2. */
#pragma once

#include "kernel/arch/arch.h"

enum { ACPI_NO_PIN = 0xff };

/* Where an interrupt line comes in at the I/O APIC, and how. */
struct acpi_line {
    uint8_t pin; /* ACPI_NO_PIN: nowhere, or another line's pin */
    bool level, low;
};

struct acpi_machine {
    uint32_t local_apic; /* physical address of each processor's own */
    uint32_t io_apic;    /* physical address of the one with interrupt 0; 0: none */
    bool has_pics;
    unsigned cpus_count;
    uint8_t cpus[CPU_MAX]; /* APIC ids of usable processors; beyond CPU_MAX they are left out */
    struct acpi_line lines[IRQ_COUNT]; /* 0-15 ISA's, then the pins themselves */
};

/*
 * Reads the tables, starting from the root pointer as the loader gave it; zeros: where BIOSes have it.
 * False if there are none, or none that are sound to the last byte: then *machine is undefined. For
 * boot, when the kernel's own space is loaded; uses window 0 of arch_frame_map().
 */
bool acpi_find(const uint8_t rsdp[36], struct acpi_machine *machine);
