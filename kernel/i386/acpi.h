/* The processors and the interrupt controllers, as the firmware's tables have them. */
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
    unsigned cpus_count;
    uint8_t cpus[CPU_MAX];           /* APIC ids of usable processors; beyond CPU_MAX they are left out */
    struct acpi_line lines[IRQ_LOG]; /* the devices': 0-15 ISA's, then the pins themselves */
};

/*
 * Reads the tables. The root pointer is as the loader gave it, in the physmap; one that is not
 * sound, as zeros, is looked for where a BIOS has it. False if there are no sound tables, or no
 * processors or local APIC in them: then *machine means nothing. For boot, in the kernel's own
 * space; maps by window 0 of arch_frame_map().
 */
bool acpi_find(const uint8_t rsdp[36], struct acpi_machine *machine);
