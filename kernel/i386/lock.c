/* Waiting for the kernel lock: docs/smp.md. */
#include "kernel/i386/apic.h"
#include "kernel/i386/segments.h"
#include "kernel/thread/sched.h"

/* These spins cost about as much as sleeping and waking; most holders release the lock sooner. */
enum { SPINS = 100 };

struct kernel_lock kernel_lock;

void kernel_lock_wait(ref_t cpu);
void kernel_lock_pass(void);

/* Sleeps until the ticket is served or an IPI comes: each is announced by an interrupt, VECTOR_WAKE or VECTOR_IPI, and
 * the task priority holds back all others. An interrupt after the last check is pending when hlt begins, so it is not
 * lost. Not inlined, as clang 19 would define the label twice. */
static __attribute__((noinline)) void sleep(struct arch_cpu *arch, uint32_t ticket)
{
    arch->ticket = ticket;
    apic_set_task_priority(VECTOR_IPI);
    __atomic_add_fetch(&kernel_lock.sleepers, 1, __ATOMIC_SEQ_CST);
    if (kernel_lock.serving != ticket && !arch->ipi)
        __asm__ volatile("sti; .globl lock_halt; lock_halt: hlt; cli" : : : "memory");
    __atomic_sub_fetch(&kernel_lock.sleepers, 1, __ATOMIC_SEQ_CST);
    apic_set_task_priority(0);
}

/* Spins for a while, then sleeps: if processors are threads of a host with fewer cores, a spinner can starve
 * the lock holder. */
void kernel_lock_wait(ref_t cpu)
{
    struct arch_cpu *arch = &AT(struct cpu, cpu)->arch;
    uint32_t ticket = __atomic_add_fetch(&kernel_lock.tickets, 1, __ATOMIC_SEQ_CST);

    for (unsigned spins = 0; kernel_lock.serving != ticket; spins++) {
        __asm__ volatile("pause");
        if (arch->ipi)
            kernel_handle_ipi(cpu);
        else if (spins > SPINS && kernel_lock.may_sleep)
            sleep(arch, ticket);
    }
}

/* Passes the lock to the next ticket, even if the processor that waits for it has not yet taken that ticket. */
void kernel_lock_pass(void)
{
    uint32_t ticket = __atomic_add_fetch(&kernel_lock.serving, 1, __ATOMIC_SEQ_CST);

    for (unsigned i = 0; kernel_lock.sleepers && i < kernel.cpu_count; i++)
        if (kernel.cpus[i].arch.ticket == ticket)
            apic_send(kernel.cpus[i].arch.apic_id, VECTOR_WAKE);
}
