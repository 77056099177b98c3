/* The processors and the interrupt controllers, from the firmware's tables. */
#pragma once

#include "kernel/arch/arch.h"

enum { ACPI_NO_PIN = 0xff };

/* The I/O APIC's pin of an interrupt line, and whether it is level-triggered and active low. */
struct acpi_line {
    uint8_t pin; /* ACPI_NO_PIN: nowhere, or another line's pin */
    bool level, low;
};

struct acpi_machine {
    uint32_t local_apic; /* physical address, at which each processor finds its own local APIC */
    uint32_t io_apic;    /* physical address of the I/O APIC with interrupt 0; 0: none */
    unsigned cpus_count;
    uint8_t cpus[CPU_MAX];           /* APIC ids of usable processors, at most CPU_MAX */
    struct acpi_line lines[IRQ_LOG]; /* 0-15: the ISA lines; then a line for each further pin */
};

/*
 * Reads the tables. `rsdp` is the root pointer as the loader gave it; if it is not valid (zeros, for
 * instance), the BIOS areas are searched. False if there are no valid tables, or no processors or
 * local APIC in them; then *machine is undefined. For boot, in the kernel's own space; uses fixmap page 0
 * of arch_frame_map().
 */
bool acpi_find(const uint8_t rsdp[36], struct acpi_machine *machine);
