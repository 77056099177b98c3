#include "kernel/i386/ioapic.h"

#include "kernel/i386/apic.h"
#include "kernel/i386/paging.h"

/* A register is selected by SELECT, then read or written at WINDOW. A pin's entry has two, its lower half first. */
enum { SELECT = 0, WINDOW = 0x10, VERSION = 1, ENTRIES = 0x10 };
enum { LOW_ACTIVE = 1 << 13, LEVEL = 1 << 15, MASKED = 1 << 16, ID_SHIFT = 24 };

static volatile uint8_t *registers;
static struct acpi_line lines[IRQ_LOG];

/* Selects a register. */
static volatile uint32_t *at(unsigned index)
{
    *(volatile uint32_t *)(registers + SELECT) = index;
    return (volatile uint32_t *)(registers + WINDOW);
}

static void write_line(unsigned line, uint32_t masked)
{
    struct acpi_line l = lines[line];

    if (l.pin != ACPI_NO_PIN)
        *at(ENTRIES + 2u * l.pin) = (IOAPIC_VECTORS + line) | (l.low ? LOW_ACTIVE : 0) | (l.level ? LEVEL : 0) | masked;
}

void ioapic_init(const struct acpi_machine *machine)
{
    registers = paging_map_device(DEVICE_IO_APIC, machine->io_apic);
    unsigned pins = (*at(VERSION) >> 16 & 0xff) + 1;

    for (unsigned pin = 0; pin < pins; pin++)
        *at(ENTRIES + 2 * pin) = MASKED;
    for (unsigned line = 0; line < IRQ_LOG; line++) {
        lines[line] = machine->lines[line];
        if (lines[line].pin >= pins)
            lines[line].pin = ACPI_NO_PIN;
        else
            *at(ENTRIES + 2u * lines[line].pin + 1) = apic_id() << ID_SHIFT;
    }
}

void ioapic_mask(unsigned line)
{
    if (lines[line].level)
        write_line(line, MASKED);
}

void ioapic_unmask(unsigned line)
{
    write_line(line, 0);
}
