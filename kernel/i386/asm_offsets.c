/* The constants that the assembly needs from C, as text in an object that is read, never linked. */
#include "kernel/thread/kernel.h"

#define CONSTANT(name, value) __asm__ volatile(".ascii \"->" #name " %c0\\n\"" : : "i"(value))

void asm_offsets(void);
void asm_offsets(void)
{
    CONSTANT(THREAD_REGISTERS, offsetof(struct thread, registers));
    CONSTANT(THREAD_EAX, offsetof(struct thread, registers.eax));
    CONSTANT(THREAD_VECTOR, offsetof(struct thread, registers.vector));
    CONSTANT(THREAD_CPU, offsetof(struct thread, cpu));
    CONSTANT(CPU_STACK, offsetof(struct cpu, arch.stack));
    CONSTANT(WINDOW, WINDOW_BASE);
    CONSTANT(BELOW_VECTOR, sizeof(struct registers) - offsetof(struct registers, error));
    CONSTANT(SYSCALL, VECTOR_SYSCALL);
    CONSTANT(STACK_BYTES, sizeof(struct kernel_stack));
    CONSTANT(CPUS, CPU_MAX);
    CONSTANT(CPU_SHIFT, CPU_SHIFT);
    CONSTANT(TASK_STATE, TASK_STATE);
}
