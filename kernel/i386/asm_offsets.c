/* Structure offsets and constants of C for the assembly: as text in an object file, which the build extracts (see
 * kernel/CMakeLists.txt) and never links. */
#include "kernel/i386/apic.h"
#include "kernel/i386/paging.h"
#include "kernel/i386/segments.h"
#include "kernel/thread/sched.h"

#define CONSTANT(name, value) __asm__ volatile(".ascii \"->" #name " %c0\\n\"" : : "i"(value))

_Static_assert(offsetof(struct kernel, cpus) == 0, "assembly uses the address of `kernel` as that of its processors");

void asm_offsets(void);
void asm_offsets(void)
{
    CONSTANT(THREAD_PUSHA, offsetof(struct thread, registers.edi)); /* where pusha ends and popa begins */
    CONSTANT(THREAD_EAX, offsetof(struct thread, registers.eax));
    CONSTANT(THREAD_VECTOR, offsetof(struct thread, registers.vector));
    CONSTANT(THREAD_CPU, offsetof(struct thread, cpu));
    CONSTANT(THREAD_STATE, offsetof(struct thread, state));
    CONSTANT(RUNNING, THREAD_RUNNING);
    CONSTANT(CPU_STACK, offsetof(struct cpu, arch.stack));
    CONSTANT(CPU_RESCHEDULE, offsetof(struct cpu, reschedule));
    CONSTANT(CPU_SHIFT, CPU_SHIFT);
    CONSTANT(CPUS, CPU_MAX);
    CONSTANT(KERNEL_TLB_PENDING, offsetof(struct kernel, tlb_pending));
    CONSTANT(KERNEL_NMIS, offsetof(struct kernel, nmis));
    CONSTANT(LOCK_FREE, offsetof(struct kernel_lock, free));
    CONSTANT(LOCK_HOLDER, offsetof(struct kernel_lock, holder));
    CONSTANT(LOCK_SEVERAL, offsetof(struct kernel_lock, several));
    CONSTANT(APIC_END_OF_INTERRUPT, DEVICE_BASE(DEVICE_APIC) + APIC_EOI);
    CONSTANT(PHYSMAP_BASE, PHYSMAP_BASE);
    CONSTANT(REGISTERS_PUSHA, offsetof(struct registers, edi));
    CONSTANT(VECTOR_TO_END, sizeof(struct registers) - offsetof(struct registers, vector));
    CONSTANT(SYSCALL, VECTOR_SYSCALL);
    CONSTANT(VECTORS, VECTORS_COUNT);
    CONSTANT(STACK_BYTES, sizeof(struct kernel_stack));
    CONSTANT(TASK_STATE, TASK_STATE);
}
