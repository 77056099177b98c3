#include "kernel/vm/tlb.h"

/* Notes an IPI for each other processor that runs the space. A processor has room for one: two become IPI_ALL, or
 * IPI_LEAVE, which drops all translations, too. */
static __attribute__((noinline)) void ipi_others(ref_t task, uint32_t ipi)
{
    assert(arch_lock_held());
    for (unsigned i = 0; i < kernel.cpu_count; i++) {
        struct cpu *cpu = &kernel.cpus[i];
        if (i == arch_cpu() || cpu->space != task)
            continue;
        cpu->tlb_ipi = cpu->tlb_ipi && ipi != IPI_LEAVE ? IPI_ALL : ipi;
        kernel.tlb_pending |= 1u << i;
    }
}

void tlb_sync(void)
{
    for (uint32_t left = kernel.tlb_pending; left; left &= left - 1)
        arch_ipi((unsigned)__builtin_ctz(left), kernel.cpus[__builtin_ctz(left)].tlb_ipi);
    for (; kernel.tlb_pending; kernel.tlb_pending &= kernel.tlb_pending - 1) {
        arch_ipi_wait((unsigned)__builtin_ctz(kernel.tlb_pending));
        kernel.cpus[__builtin_ctz(kernel.tlb_pending)].tlb_ipi = 0;
    }
}

void tlb_shootdown(ref_t task, uint32_t address)
{
    if (kernel.cpu_count > 1)
        ipi_others(task, address | IPI_PAGE);
    if (cpu_here()->space == task)
        arch_tlb_invalidate(address);
}

void vspace_reload(ref_t task, ref_t directories)
{
    if (cpu_here()->space == task)
        arch_space_load(directories);
    if (kernel.cpu_count > 1)
        ipi_others(task, IPI_ALL);
    tlb_sync();
}

void vspace_leave(ref_t task)
{
    if (cpu_here()->space == task)
        arch_space_leave();
    ipi_others(task, IPI_LEAVE);
    for (struct cpu *cpu = kernel.cpus; cpu < kernel.cpus + kernel.cpu_count; cpu++)
        if (cpu->space == task)
            cpu->space = 0;
    tlb_sync();
}
