/* The end: what happened, the registers, the way there, and off. */
#include "kernel/i386/instructions.h"
#include "kernel/i386/panic.h"
#include "kernel/i386/segments.h"
#include "kernel/lib/log.h"
#include "kernel/thread/kernel.h"

enum { EXIT_PORT = 0xf4, EXIT_PANIC = 125, BOCHS_POWER_PORT = 0x8900, FRAMES_MAX = 16 };


static _Noreturn void machine_off(void)
{
    arch_port_out(EXIT_PORT, 4, EXIT_PANIC);
    for (const char *p = "Shutdown"; *p; p++)
        outb(BOCHS_POWER_PORT, (uint8_t)*p);
    for (;;)
        __asm__ volatile("cli; hlt");
}

/* Whose event it was. */
static void log_running(const struct cpu *cpu)
{
    if (!cpu->current)
        return;
    const struct registers *r = &AT(struct thread, cpu->current)->registers;
    uint32_t number = r->eax & 0xff;
    bool call = r->vector == VECTOR_SYSCALL;
    log_text(call ? "running: a thread in system call " : "running: a thread stopped by vector ");
    if (call && number < SYS_COUNT)
        log_text(call_names[number]);
    else
        log_decimal(call ? number : r->vector);
    log_text(" at ");
    log_hex(call ? r->edx : r->eip);
    log_text("\n");
}

static void log_address(uint32_t address)
{
    log_text("  at ");
    log_hex(address);
    log_text("\n");
}

/* Return addresses, as long as the chain of frames is on the kernel's stack that it begins on. */
static void log_backtrace(uint32_t frame)
{
    uint32_t index = (frame - (uint32_t)(uintptr_t)kernel_stacks) / sizeof kernel_stacks[0];
    const struct kernel_stack *stack = &kernel_stacks[index < CPU_MAX ? index : 0];
    uint32_t low = (uint32_t)(uintptr_t)stack->stack, high = (uint32_t)(uintptr_t)(stack + 1);

    for (unsigned i = 0; i < FRAMES_MAX && frame >= low && frame <= high - 8 && frame % 4 == 0; i++) {
        const uint32_t *at = (const uint32_t *)frame;
        log_address(at[1]);
        frame = at[0];
    }
}

static void log_registers(const struct registers *r)
{
    const struct {
        const char *name;
        uint32_t value;
    } list[] = {
        {" eax ", r->eax}, {" ebx ", r->ebx}, {" ecx ", r->ecx},       {" edx ", r->edx},
        {" esi ", r->esi}, {" edi ", r->edi}, {" ebp ", r->ebp},       {" vector ", r->vector},
        {" error ", r->error}, {" eip ", r->eip}, {" cr2 ", READ_CR(2)}, {" cr3 ", READ_CR(3)},
    };

    log_text("registers:");
    for (unsigned i = 0; i < sizeof list / sizeof list[0]; i++) {
        log_text(list[i].name);
        log_hex(list[i].value);
    }
    log_text("\n");
}

_Noreturn void panic(const char *what, const char *file, int line)
{
    log_text("panic: ");
    log_text(what);
    log_text(" in ");
    log_text(file);
    log_text(":");
    log_decimal((uint32_t)line);
    log_text("\n");
    log_running(cpu_here());
    log_backtrace((uint32_t)(uintptr_t)__builtin_frame_address(0));
    machine_off();
}

void panic_registers(const char *what, const struct registers *registers)
{
    log_text("panic: ");
    log_text(what);
    log_text("\n");
    log_running(cpu_here());
    log_registers(registers);
    log_address(registers->eip);
    log_backtrace(registers->ebp);
    machine_off();
}

void panic_double_fault(void)
{
    const struct cpu *cpu = segments_interrupted();
    const struct task_state *was = &cpu->arch.state;
    uint32_t guard = cpu->arch.stack - sizeof(struct kernel_stack);

    bool overflow = was->esp >= guard && was->esp < guard + PAGE_SIZE + 64;
    log_text(overflow ? "panic: kernel stack overflow" : "panic: double fault");
    log_text(" esp ");
    log_hex(was->esp);
    log_text(" cr2 ");
    log_hex(READ_CR(2));
    log_text("\n");
    log_running(cpu);
    log_address(was->eip);
    log_backtrace(was->ebp);
    machine_off();
}

uint32_t arch_port_in(uint16_t port, unsigned bytes)
{
    uint32_t value = 0;

    if (bytes == 1)
        __asm__ volatile("inb %1, %b0" : "+a"(value) : "d"(port));
    else if (bytes == 2)
        __asm__ volatile("inw %1, %w0" : "+a"(value) : "d"(port));
    else
        __asm__ volatile("inl %1, %0" : "+a"(value) : "d"(port));
    return value;
}

void arch_port_out(uint16_t port, unsigned bytes, uint32_t value)
{
    if (bytes == 1)
        __asm__ volatile("outb %b0, %1" : : "a"(value), "d"(port));
    else if (bytes == 2)
        __asm__ volatile("outw %w0, %1" : : "a"(value), "d"(port));
    else
        __asm__ volatile("outl %0, %1" : : "a"(value), "d"(port));
}
