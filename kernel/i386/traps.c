/* Interrupts and exceptions: calls the event for a vector. And access to the saved registers of threads. */
#include "kernel/i386/apic.h"
#include "kernel/i386/instructions.h"
#include "kernel/i386/irq.h"
#include "kernel/i386/segments.h"
#include "kernel/sys/event.h"
#include "kernel/thread/sched.h"

enum { EFLAGS_START = 0x202 };          /* interrupts on */
enum { EFLAGS_USER = 0xcd5 | 1 << 21 }; /* what users may set: the arithmetic flags, DF, ID */

/* Called by entry.asm, with the kernel lock; both return the thread to run. trap_interrupt() gets null if the processor
 * was idle or at a preemption point. */
struct thread *trap_user(struct thread *thread);
struct thread *trap_interrupt(struct thread *thread, unsigned vector);

struct thread *trap_interrupt(struct thread *thread, unsigned vector)
{
    if (vector >= VECTOR_RESCHEDULE) {
        apic_end_of_interrupt();
        return vector == VECTOR_TICK ? event_tick(thread) : event_reschedule(thread);
    }
    if (irq_end_of_interrupt(vector - VECTOR_LINES))
        return event_interrupt(thread, vector - VECTOR_LINES);
    return thread ? thread : thread_choose();
}

struct thread *trap_user(struct thread *thread)
{
    uint32_t vector = thread->registers.vector;

    if (thread->state != THREAD_RUNNING) { /* it was destroyed while this processor waited for the lock */
        cpu_stop_running(thread);
        return vector >= VECTOR_LINES ? trap_interrupt(NULL, vector) : thread_choose();
    }
    if (vector >= VECTOR_LINES)
        return trap_interrupt(thread, vector);
    return event_fault(thread, vector == VECTOR_PAGE_FAULT ? READ_CR(2) : 0);
}

void arch_registers_init(struct registers *registers)
{
    *registers = (struct registers){.cs = USER_CODE, .ss = USER_DATA, .eflags = EFLAGS_START};
}

void arch_registers_get(const struct registers *from, struct thread_registers *to)
{
    bool call = from->vector == VECTOR_SYSCALL;

    /* clang-format off */
    *to = (struct thread_registers){
        .eax = from->eax, .ebx = from->ebx, .ecx = from->ecx, .edx = from->edx, .esi = from->esi,
        .edi = from->edi, .ebp = from->ebp, .esp = call ? from->ecx : from->esp,
        .eip = call ? from->edx : from->eip, .eflags = call ? EFLAGS_START : from->eflags,
        .fs = from->fs, .gs = from->gs,
    };
    /* clang-format on */
}

/* A selector that would fault when the kernel loads it becomes null. */
static __attribute__((noinline)) uint16_t selector(uint16_t selector)
{
    unsigned segment = selector | 3u;

    return segment == 3 || segment == USER_CODE || segment == USER_DATA || segment == USER_AREA ? selector : 0;
}

void arch_registers_set(struct registers *to, const struct thread_registers *from)
{
    uint32_t vector = to->vector == VECTOR_SYSCALL ? 0 : to->vector; /* keeps that of a fault that awaits its reply */

    /* clang-format off */
    *to = (struct registers){
        .edi = from->edi, .esi = from->esi, .ebp = from->ebp, .ebx = from->ebx, .edx = from->edx,
        .ecx = from->ecx, .eax = from->eax, .vector = vector, .error = to->error,
        .eip = from->eip, .cs = USER_CODE, .eflags = (from->eflags & EFLAGS_USER) | EFLAGS_START,
        .esp = from->esp, .ss = USER_DATA, .fs = selector(from->fs), .gs = selector(from->gs),
    };
    /* clang-format on */
}
