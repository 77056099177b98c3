/*
 * What is written to the I/O APIC: how each line is routed, and which lines are masked after they have interrupted. The
 * fake devices keep the register that was chosen last, and what was written to it.
 *
 * sources: kernel/i386/ioapic.c
 */
#include "kernel/i386/apic.h"
#include "kernel/i386/ioapic.h"
#include "kernel/i386/paging.h"
#include "tests/host/check.h"

enum { PINS = 24, ENTRIES = 0x10, MASKED = 1 << 16, LEVEL = 1 << 15, LOW_ACTIVE = 1 << 13, NOTHING = 0x55 };
enum { EDGE_LINE = 4, LEVEL_LINE = 18, MOVED_LINE = 9, MOVED_PIN = 20, NO_LINE = 7 };

static volatile uint32_t registers[8]; /* 0: the register; 4: its value */

volatile void *paging_map_device(unsigned fixmap, uint32_t physical)
{
    CHECK(fixmap == DEVICE_IO_APIC && physical == 0xfec00000);
    return registers;
}

unsigned apic_id(void)
{
    return 3;
}

static void begin(void)
{
    struct acpi_machine machine = {.io_apic = 0xfec00000};

    for (unsigned i = 0; i < IRQ_LOG; i++)
        machine.lines[i] = (struct acpi_line){.pin = (uint8_t)i, .level = i >= 16, .low = i >= 16};
    machine.lines[MOVED_LINE] = (struct acpi_line){.pin = MOVED_PIN, .level = true};
    machine.lines[MOVED_PIN].pin = ACPI_NO_PIN;
    machine.lines[NO_LINE].pin = ACPI_NO_PIN;
    registers[4] = (PINS - 1) << 16; /* in the version register */
    ioapic_init(&machine);
}

static bool wrote(unsigned pin, uint32_t value)
{
    return registers[0] == ENTRIES + 2 * pin && registers[4] == value;
}

static bool wrote_nothing(void)
{
    return registers[4] == NOTHING;
}

static void forget(void)
{
    registers[4] = NOTHING;
}

static void lines_come_in_as_they_are(void)
{
    ioapic_unmask(EDGE_LINE);
    CHECK(wrote(EDGE_LINE, IOAPIC_VECTORS + EDGE_LINE));
    ioapic_unmask(LEVEL_LINE);
    CHECK(wrote(LEVEL_LINE, (IOAPIC_VECTORS + LEVEL_LINE) | LEVEL | LOW_ACTIVE));
    ioapic_unmask(MOVED_LINE);
    CHECK(wrote(MOVED_PIN, (IOAPIC_VECTORS + MOVED_LINE) | LEVEL));
    forget();
    ioapic_unmask(NO_LINE);
    CHECK(wrote_nothing());
}

/* A level line stays active until its driver has done something: unmasked, it would interrupt for ever. */
static void levels_are_masked(void)
{
    ioapic_mask(LEVEL_LINE);
    CHECK(wrote(LEVEL_LINE, (IOAPIC_VECTORS + LEVEL_LINE) | LEVEL | LOW_ACTIVE | MASKED));
    forget();
    ioapic_mask(EDGE_LINE);
    CHECK(wrote_nothing());
}

int main(void)
{
    begin();
    lines_come_in_as_they_are();
    levels_are_masked();
    puts("test_ioapic: levels are masked, edges are not");
}
