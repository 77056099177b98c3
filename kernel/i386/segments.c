#include "kernel/i386/segments.h"

#include "kernel/i386/apic.h"
#include "kernel/i386/instructions.h"
#include "kernel/thread/sched.h"

const void *kernel_resume_with;

/* SDM volume 3, 3.4.5: 4 GiB from `base` on, with an access byte. */
#define SEGMENT(access, base)                                                                                          \
    (0x00cf00000000ffffull | (uint64_t)(access) << 40 | ((base)&0xffffffull) << 16 | ((base) >> 24 & 0xffull) << 56)

static uint8_t double_fault_stack[PAGE_SIZE];
/* clang-format off */
static struct task_state double_fault = {
    .eip = (uint32_t)panic_double_fault, .eflags = 2, .io_map = sizeof double_fault,
    .esp = (uint32_t)(double_fault_stack + sizeof double_fault_stack - 16),
    .cs = KERNEL_CODE, .ss = KERNEL_DATA, .ds = KERNEL_DATA, .es = KERNEL_DATA,
};
/* clang-format on */
static uint64_t idt[256];
uint64_t gdt[TASK_STATE / 8 + CPU_MAX] = {/* boot/second.asm loads it, too */
                                          [KERNEL_CODE / 8] = SEGMENT(0x9b, 0),
                                          [KERNEL_DATA / 8] = SEGMENT(0x93, 0),
                                          [USER_CODE / 8] = SEGMENT(0xfb, 0),
                                          [USER_DATA / 8] = SEGMENT(0xf3, 0),
                                          [USER_AREA / 8] = SEGMENT(0xf3, THREAD_AREA)};

extern const uint32_t trap_stubs[VECTORS_COUNT];
void sysenter_entry(void);
void sysenter_locked(void);
extern const uint8_t resume_with_unlocked[], resume_with_locked[];
void ipi_entry(void), wake_entry(void), spurious_entry(void), nmi_entry(void);

enum { MSR_SYSENTER_CS = 0x174, MSR_SYSENTER_ESP, MSR_SYSENTER_EIP };

static uint64_t task_segment(const struct task_state *state)
{
    uint32_t base = (uint32_t)(uintptr_t)state;
    uint32_t low = (sizeof *state - 1) | base << 16;
    uint32_t high = (base >> 16 & 0xff) | 0x8900 | (base & 0xff000000);

    return (uint64_t)high << 32 | low;
}

static uint64_t interrupt_gate(uint32_t handler, unsigned privilege)
{
    uint32_t high = (handler & 0xffff0000) | 0x8e00 | privilege << 13;

    return (uint64_t)high << 32 | KERNEL_CODE << 16 | (handler & 0xffff);
}

static void load_tables(unsigned cpu)
{
    struct __attribute__((packed)) {
        uint16_t limit;
        uint32_t base;
    } g = {sizeof gdt - 1, (uint32_t)(uintptr_t)gdt}, i = {sizeof idt - 1, (uint32_t)(uintptr_t)idt};

    __asm__ volatile("lgdt %0; lidt %1; ljmp %2, $1f; 1:" : : "m"(g), "m"(i), "i"(KERNEL_CODE) : "memory");
    __asm__ volatile("mov %0, %%ss; mov %1, %%ds; mov %1, %%es; mov %2, %%fs; mov %2, %%gs; lldt %w2; ltr %3"
                     :
                     : "r"(KERNEL_DATA), "r"(USER_DATA), "r"(0), "r"((uint16_t)(TASK_STATE + cpu * 8)));
}

const struct cpu *segments_double_fault_cpu(void)
{
    return &kernel.cpus[double_fault.link / 8 % CPU_MAX];
}

void segments_init(void)
{
    enum { NMI = 2, BREAKPOINT, OVERFLOW };

    gdt[DOUBLE_FAULT_STATE / 8] = task_segment(&double_fault);
    for (unsigned v = 0; v < VECTORS_COUNT; v++)
        idt[v] = interrupt_gate(trap_stubs[v], v == BREAKPOINT || v == OVERFLOW ? 3 : 0);
    idt[VECTOR_IPI] = interrupt_gate((uint32_t)(uintptr_t)ipi_entry, 0);
    idt[VECTOR_WAKE] = interrupt_gate((uint32_t)(uintptr_t)wake_entry, 0);
    idt[APIC_SPURIOUS] = interrupt_gate((uint32_t)(uintptr_t)spurious_entry, 0);
    idt[NMI] = interrupt_gate((uint32_t)(uintptr_t)nmi_entry, 0);
    double_fault.cr3 = machine_kernel_pdpt - PHYSMAP_BASE;
    idt[8] = (uint64_t)0x8500 << 32 | DOUBLE_FAULT_STATE << 16; /* a task gate */
}

void segments_load(unsigned cpu)
{
    struct arch_cpu *arch = &kernel.cpus[cpu].arch;

    arch->stack = (uint32_t)(uintptr_t)(&kernel_stacks[cpu] + 1);
    arch->state = (struct task_state){.ss0 = KERNEL_DATA, .io_map = sizeof arch->state};
    gdt[TASK_STATE / 8 + cpu] = task_segment(&arch->state);
    load_tables(cpu);
    write_msr(MSR_SYSENTER_CS, KERNEL_CODE);
    write_msr(MSR_SYSENTER_ESP, (uint32_t)(uintptr_t)&arch->state.esp0);
    segments_choose_entry();
}

void segments_choose_entry(void)
{
    void (*entry)(void) = kernel_lock.several ? sysenter_locked : sysenter_entry;

    kernel_resume_with = kernel_lock.several ? resume_with_locked : resume_with_unlocked;
    write_msr(MSR_SYSENTER_EIP, (uint32_t)(uintptr_t)entry);
}
