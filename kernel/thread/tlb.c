/* TLB shootdown: before the lock is given away, each processor drops the translations that another one took away. */
#include "kernel/thread/kernel.h"

/* Only a processor that runs the space has translations of it: loading another drops them. */
static __attribute__((noinline)) void ask_others(ref_t space, uint32_t request)
{
    assert(arch_lock_held());
    for (unsigned i = 0; i < kernel.cpu_count; i++) {
        struct cpu *cpu = &kernel.cpus[i];
        if (i == arch_cpu() || cpu->space != space)
            continue;
        cpu->tlb_request = cpu->tlb_request && request != IPI_LEAVE ? IPI_ALL : request;
        kernel.tlb_pending |= 1u << i;
    }
}

void tlb_sync(void)
{
    for (uint32_t left = kernel.tlb_pending; left; left &= left - 1)
        arch_ipi((unsigned)__builtin_ctz(left), kernel.cpus[__builtin_ctz(left)].tlb_request);
    for (; kernel.tlb_pending; kernel.tlb_pending &= kernel.tlb_pending - 1) {
        arch_ipi_wait((unsigned)__builtin_ctz(kernel.tlb_pending));
        kernel.cpus[__builtin_ctz(kernel.tlb_pending)].tlb_request = 0;
    }
}

void tlb_invalidate(uint32_t task, uint32_t address)
{
    ref_t space = frame_ref(task);

    if (kernel.cpu_count > 1)
        ask_others(space, address | IPI_PAGE);
    if (cpu_here()->space == space)
        arch_tlb_invalidate(address);
}

void space_reload(uint32_t task)
{
    ref_t space = frame_ref(task);

    if (cpu_here()->space == space)
        arch_space_load(REF(&AT(struct task, space)->space));
    if (kernel.cpu_count > 1)
        ask_others(space, IPI_ALL);
}

void cpu_leave_space(ref_t space)
{
    if (cpu_here()->space == space)
        arch_space_leave();
    ask_others(space, IPI_LEAVE);
    for (struct cpu *cpu = kernel.cpus; cpu < kernel.cpus + kernel.cpu_count; cpu++)
        if (cpu->space == space)
            cpu->space = 0;
    tlb_sync();
}
