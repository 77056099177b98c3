/* The choice of interrupt controllers: those in the firmware's tables, or else the two PICs, through the local APIC if
 * there is one. */
#define arch_irq_unmask irq_unmask /* the host has one */
#include "kernel/i386/irq.c"
#include "tests/host/check.h"

enum { LINE = 5 };

/* The machine's parts, and what was called. */
static bool has_tables, has_apic;
static uint32_t io_apic;
static struct {
    bool enabled, connected, ioapic, timer, ended, masked;
    unsigned by_pic, by_ioapic, pic_ended;
} done;

bool log_on_screen = true;

bool acpi_find(const uint8_t rsdp[36], struct acpi_machine *machine)
{
    (void)rsdp;
    *machine = (struct acpi_machine){.io_apic = io_apic, .cpus_count = 2};
    return has_tables;
}

bool apic_init(uint32_t physical)
{
    (void)physical;
    return has_apic;
}

void apic_enable(void)
{
    done.enabled = true;
}

void apic_connect_pics(void)
{
    done.connected = true;
}

void apic_end_of_interrupt(void)
{
    done.ended = true;
}

void ioapic_init(const struct acpi_machine *machine)
{
    CHECK(machine->io_apic == io_apic && done.enabled);
    done.ioapic = true;
}

void ioapic_mask(unsigned line)
{
    CHECK(line == LINE && !done.ended); /* a level interrupt that is ended before it is masked comes again at once */
    done.masked = true;
}

void ioapic_unmask(unsigned line)
{
    done.by_ioapic |= 1u << line;
}

void pic_init(void)
{
}

void pic_unmask(unsigned line)
{
    done.by_pic |= 1u << line;
}

bool pic_end_of_interrupt(unsigned line)
{
    done.pic_ended |= 1u << line;
    return false;
}

void timer_init(void)
{
    done.timer = true;
}

void segments_init(void)
{
}

void segments_load(unsigned cpu)
{
    CHECK(cpu == 0);
}

/* For a machine: the tick arrives, a line is unmasked and its interrupt ended. */
static void run(bool tables, bool apic, uint32_t ioapic)
{
    static struct boot_info info;
    static const __typeof__(done) none;

    done = none;
    has_tables = tables;
    has_apic = apic;
    io_apic = ioapic;
    arch_traps_init(&info);
    arch_irq_unmask(LINE);
    CHECK(irq_end_of_interrupt(LINE) == done.ioapic && done.timer);
}

static void by_the_pics(bool tables, bool apic, uint32_t ioapic)
{
    run(tables, apic, ioapic);
    CHECK(done.by_pic == (1 << LINE | 1 << IRQ_TICK) && !done.by_ioapic && done.pic_ended == 1 << LINE);
    CHECK(!done.ioapic && !done.masked && !done.ended);
    CHECK(done.enabled == done.connected && done.enabled == (tables && apic));
    CHECK(irq_machine.cpus_count == (tables && apic ? 2 : 0)); /* without tables and APIC no processor is started */
}

static void by_the_io_apic(void)
{
    run(true, true, 0xfec00000);
    CHECK(done.by_ioapic == (1 << LINE | 1 << IRQ_TICK) && !done.by_pic && !done.pic_ended);
    CHECK(done.enabled && !done.connected && done.ioapic && done.masked && done.ended);
}

/* No controller has the log's line. Once it is unmasked the kernel no longer shows the log on the screen. */
static void the_logs_line_is_none(void)
{
    run(true, true, 0xfec00000);
    CHECK(log_on_screen);
    arch_irq_unmask(IRQ_LOG);
    CHECK(!log_on_screen && done.by_ioapic == (1 << LINE | 1 << IRQ_TICK));
}

int main(void)
{
    by_the_pics(false, true, 0xfec00000);
    by_the_pics(true, false, 0xfec00000);
    by_the_pics(true, true, 0);
    by_the_io_apic();
    the_logs_line_is_none();
    puts("test_irq: the right controllers are used");
}
