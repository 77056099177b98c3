/* Panic: logs the reason, the registers and a backtrace, then ends the machine. */
#include "kernel/i386/instructions.h"
#include "kernel/i386/processor.h"
#include "kernel/i386/segments.h"
#include "kernel/lib/log.h"
#include "kernel/thread/sched.h"

enum { FRAMES_MAX = 16 };

_Noreturn void trap_kernel(const struct registers *r);

/* Logs the running thread, if any, and its call. */
static void log_running(const struct cpu *cpu)
{
    if (!cpu->current) {
        log_print("running: no thread\n");
        return;
    }
    const struct registers *r = &AT(struct thread, cpu->current)->registers;
    uint32_t number = r->eax & SYSCALL_NUMBER;
    if (r->vector != VECTOR_SYSCALL)
        log_print("running: a thread stopped by vector %u at 0x%x\n", r->vector, r->eip);
    else
        log_print("running: a thread in system call %u (%s) at 0x%x\n", number,
                  number < SYS_COUNT ? call_names[number] : "unknown", r->edx);
}

/* Logs return addresses, as long as the chain of frame pointers stays on the kernel stack on which it begins. */
static void log_backtrace(uint32_t frame)
{
    uint32_t index = (frame - (uint32_t)(uintptr_t)kernel_stacks) / sizeof kernel_stacks[0];
    const struct kernel_stack *stack = &kernel_stacks[index < CPU_MAX ? index : 0];
    uint32_t low = (uint32_t)(uintptr_t)stack->stack, high = (uint32_t)(uintptr_t)(stack + 1);

    for (unsigned i = 0; i < FRAMES_MAX && frame >= low && frame <= high - 8 && frame % 4 == 0; i++) {
        const uint32_t *at = (const uint32_t *)frame;
        log_print("  at 0x%x\n", at[1]);
        frame = at[0];
    }
}

_Noreturn void panic(const char *what, const char *file, int line)
{
    log_on_screen = true;
    log_print("panic: %s in %s:%u\n", what, file, (uint32_t)line);
    log_running(cpu_here());
    log_backtrace((uint32_t)(uintptr_t)__builtin_frame_address(0));
    machine_off();
}

void trap_kernel(const struct registers *r)
{
    log_on_screen = true;
    log_print("panic: exception in the kernel\n");
    log_running(cpu_here());
    log_print("registers: eax 0x%x ebx 0x%x ecx 0x%x edx 0x%x esi 0x%x edi 0x%x ebp 0x%x", r->eax, r->ebx, r->ecx,
              r->edx, r->esi, r->edi, r->ebp);
    log_print(" vector 0x%x error 0x%x eip 0x%x cr2 0x%x cr3 0x%x\n  at 0x%x\n", r->vector, r->error, r->eip,
              READ_CR(2), READ_CR(3), r->eip);
    log_backtrace(r->ebp);
    machine_off();
}

void panic_double_fault(void)
{
    const struct cpu *cpu = segments_double_fault_cpu();
    const struct task_state *was = &cpu->arch.state;
    uint32_t guard = cpu->arch.stack - sizeof(struct kernel_stack);
    bool overflow = was->esp >= guard && was->esp < guard + PAGE_SIZE + 64;

    log_on_screen = true;
    log_print("panic: %s esp 0x%x cr2 0x%x\n", overflow ? "kernel stack overflow" : "double fault", was->esp,
              READ_CR(2));
    log_running(cpu);
    log_print("  at 0x%x\n", was->eip);
    log_backtrace(was->ebp);
    machine_off();
}
