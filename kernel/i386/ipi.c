/* Inter-processor interrupts: docs/smp.md. */
#include "kernel/i386/apic.h"
#include "kernel/i386/instructions.h"
#include "kernel/i386/segments.h"
#include "kernel/thread/sched.h"

void kernel_handle_ipi(ref_t cpu)
{
    struct arch_cpu *arch = &AT(struct cpu, cpu)->arch;
    uint32_t ipi = arch->ipi;

    if (ipi & IPI_PAGE)
        arch_tlb_invalidate(ipi);
    else if (ipi & IPI_LEAVE)
        arch_space_leave();
    else if (ipi & IPI_ALL)
        arch_space_load(READ_CR(3) + REF(PHYSMAP_BASE));
    else
        return; /* handled during the wait for the lock. Not cleared: the next IPI may be written at any moment */
    arch->ipi = 0;
}

void arch_reschedule(unsigned cpu)
{
    apic_send(kernel.cpus[cpu].arch.apic_id, VECTOR_RESCHEDULE);
}

void arch_tick(unsigned cpu)
{
    apic_send(kernel.cpus[cpu].arch.apic_id, VECTOR_TICK);
}

void arch_ipi(unsigned cpu, uint32_t ipi)
{
    struct arch_cpu *arch = &kernel.cpus[cpu].arch;

    arch->ipi = ipi;
    apic_send(arch->apic_id, VECTOR_IPI);
}

void arch_ipi_wait(unsigned cpu)
{
    while (kernel.cpus[cpu].arch.ipi)
        __asm__ volatile("pause");
}
