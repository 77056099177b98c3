/* What processors translate with: each drops what another one takes away before the lock is given. */
#include "kernel/thread/kernel.h"

/* Only a processor that runs the space has translations of it: loading another drops them. */
static __attribute__((noinline)) void ask_others(ref_t space, uint32_t request)
{
    assert(arch_lock_held());
    for (unsigned i = 0; i < kernel.cpu_count; i++) {
        struct cpu *cpu = &kernel.cpus[i];
        if (i == arch_cpu() || cpu->space != space)
            continue;
        cpu->drop = cpu->drop && request != REQUEST_LEAVE ? REQUEST_ALL : request;
        kernel.drops |= 1u << i;
    }
}

void cpu_settle_drops(void)
{
    for (uint32_t left = kernel.drops; left; left &= left - 1)
        arch_request((unsigned)__builtin_ctz(left), kernel.cpus[__builtin_ctz(left)].drop);
    for (; kernel.drops; kernel.drops &= kernel.drops - 1) {
        arch_request_wait((unsigned)__builtin_ctz(kernel.drops));
        kernel.cpus[__builtin_ctz(kernel.drops)].drop = 0;
    }
}

void space_dropped(uint32_t task, uint32_t address)
{
    ref_t space = frame_ref(task);

    if (kernel.cpu_count > 1)
        ask_others(space, address | REQUEST_PAGE);
    if (cpu_here()->space == space)
        arch_tlb_drop(address);
}

void space_grew(uint32_t task)
{
    ref_t space = frame_ref(task);

    if (cpu_here()->space == space)
        arch_space_load(REF(&AT(struct task, space)->space));
    if (kernel.cpu_count > 1)
        ask_others(space, REQUEST_ALL);
}

void cpu_leave_space(ref_t space)
{
    if (cpu_here()->space == space)
        arch_space_leave();
    ask_others(space, REQUEST_LEAVE);
    for (struct cpu *cpu = kernel.cpus; cpu < kernel.cpus + kernel.cpu_count; cpu++)
        if (cpu->space == space)
            cpu->space = 0;
    cpu_settle_drops();
}
