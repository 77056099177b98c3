/* Events other than system calls: faults and interrupts. */
#include "kernel/sys/event.h"
#include "kernel/audit/audit.h"
#include "kernel/ipc/ipc.h"
#include "kernel/lib/log.h"

enum { VECTOR_FPU = 7, AUDIT_TICKS = 8 };

struct thread *event_fault(struct thread *thread, uint32_t address)
{
    if (thread->registers.vector == VECTOR_FPU && !thread->uses_fpu) {
        thread_use_fpu(thread);
        return thread;
    }
    thread->fault_address = address;
    return ipc_fault(thread);
}

/* Forwards the tick, which only this processor gets, to the others that run a thread or, between two steps of a long
 * call, have one in a ready queue. */
static void tick_others(void)
{
    for (unsigned i = 0; i < kernel.cpu_count; i++)
        if (i != arch_cpu() && (kernel.cpus[i].current || kernel.cpus[i].ready_mask))
            arch_tick(i);
}

void irq_signal(unsigned line)
{
    struct slot *endpoint = &kernel.irq_endpoints[line];

    kernel.irq_counts[line]++;
    if (endpoint->object & SLOT_SIGNAL)
        endpoint_signal(AT(struct endpoint, slot_object(endpoint)), endpoint->value);
}

struct thread *event_interrupt(struct thread *interrupted, unsigned line)
{
    if (TALLY_AUDIT && line == IRQ_TICK && kernel.irq_counts[line] % AUDIT_TICKS == 0)
        audit_kernel();
    irq_signal(line);
    if (line != IRQ_TICK)
        return event_reschedule(interrupted);
    tick_others();
    arch_log_step();
    if (kernel.nmis) {
        log_print("cpu: %u NMIs came and were ignored\n", __atomic_exchange_n(&kernel.nmis, 0, __ATOMIC_RELAXED));
        irq_signal(IRQ_LOG);
    }
    return event_tick(interrupted);
}

struct thread *event_reschedule(struct thread *interrupted)
{
    return interrupted ? thread_continue(interrupted) : thread_choose();
}

struct thread *event_tick(struct thread *interrupted)
{
    if (interrupted)
        return cpu_tick(interrupted);
    cpu_tick_in_kernel();
    return thread_choose();
}

struct thread *event_stale(struct thread *thread)
{
    cpu_stop_running(thread);
    return thread_choose();
}
