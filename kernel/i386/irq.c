#include "kernel/i386/irq.h"

#include "kernel/boot/memory_map.h"
#include "kernel/i386/apic.h"
#include "kernel/i386/ioapic.h"
#include "kernel/i386/pic.h"
#include "kernel/i386/processor.h"
#include "kernel/i386/segments.h"
#include "kernel/i386/timer.h"

struct acpi_machine irq_machine;

/* Finds and initialises the interrupt controllers. Afterwards all lines except the tick's are masked. */
void arch_traps_init(const struct boot_info *info)
{
    segments_init();
    segments_load(0);
    pic_init();
    if (!acpi_find(info->page.rsdp, &irq_machine) || !apic_init(irq_machine.local_apic)) {
        irq_machine = (struct acpi_machine){0};
    } else {
        apic_enable();
        if (irq_machine.io_apic)
            ioapic_init(&irq_machine);
        else
            apic_connect_pics();
    }
    timer_init();
    arch_irq_unmask(IRQ_TICK);
}

void arch_irq_unmask(unsigned line)
{
    if (line == IRQ_LOG)
        log_on_screen = false;
    else if (irq_machine.io_apic)
        ioapic_unmask(line);
    else
        pic_unmask(line);
}

bool irq_end_of_interrupt(unsigned line)
{
    if (!irq_machine.io_apic)
        return pic_end_of_interrupt(line);
    /* A level-triggered line that is not masked before the end interrupts again at once. */
    ioapic_mask(line);
    apic_end_of_interrupt();
    return true;
}
