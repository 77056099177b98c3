#include "tests/explore/hardware.h"

#include "kernel/mem/frame.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

unsigned hardware_cpu;
bool hardware_hears_requests = true;
uint32_t pte_no_execute = 0x80000000;
struct pending pending;
struct processor processors[CPU_MAX];
jmp_buf on_violation, *on_breathe;
char violation_text[300];

/* ---------------------------------------------------------------------------------- violations */

_Noreturn void violation(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(violation_text, sizeof violation_text, format, arguments);
    va_end(arguments);
    longjmp(on_violation, 1);
}

_Noreturn void panic(const char *what, const char *file, int line)
{
    violation("panic: %s (%s:%d)", what, file, line);
}

static void on_signal(int number)
{
    violation(number == SIGVTALRM ? "an event does not end" : "signal %d", number);
}

void hardware_catch_signals(void)
{
    const struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_NODEFER};

    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    sigaction(SIGFPE, &action, NULL);
    sigaction(SIGVTALRM, &action, NULL);
}

/* ---------------------------------------------------------------------------------- translations */

static void load(unsigned cpu, ref_t space)
{
    processors[cpu].space = space;
    processors[cpu].cached = 0;
    if (space)
        memcpy(processors[cpu].tops, AT(struct task, space)->space.directories, sizeof processors[cpu].tops);
}

static void drop(unsigned cpu, uint32_t address)
{
    processors[cpu].cached &= ~(1ull << (address >> PAGE_BITS));
}

void hardware_rest(void)
{
    for (unsigned i = 0; i < CPU_MAX; i++) {
        load(i, i < kernel.cpu_count ? kernel.cpus[i].space : 0);
        processors[i].request = 0;
        processors[i].fpu_allowed = kernel.cpus[i].fpu_allowed;
        kernel.cpus[i].drop = 0;
    }
    kernel.drops = 0;
}

static void fill_tlb(struct processor *processor, const struct space *space)
{
    struct place place;

    for (unsigned page = 0; page < SPACE_PAGES; page++) {
        if (!space_find(space, page << PAGE_BITS, &place) || !(pte_low(place.entry) & PTE_PRESENT))
            continue;
        processor->cached |= 1ull << page;
        processor->tlb[page] = *place.entry;
    }
}

void hardware_fill_tlbs(void)
{
    for (unsigned i = 0; i < kernel.cpu_count; i++) {
        processors[i].cached = 0;
        if (processors[i].space)
            fill_tlb(&processors[i], &AT(struct task, processors[i].space)->space);
    }
}

void arch_tlb_drop(uint32_t address)
{
    drop(hardware_cpu, address);
}

void arch_space_load(ref_t directories)
{
    load(hardware_cpu, directories - offsetof(struct task, space));
}

void arch_space_leave(void)
{
    load(hardware_cpu, 0);
}

void arch_request(unsigned cpu, uint32_t request)
{
    processors[cpu].request = request;
}

void arch_request_wait(unsigned cpu)
{
    uint32_t request = processors[cpu].request;

    processors[cpu].request = 0;
    if (!hardware_hears_requests)
        return;
    if (request & REQUEST_PAGE)
        drop(cpu, request);
    else if (request & REQUEST_LEAVE)
        load(cpu, 0);
    else if (request & REQUEST_ALL)
        load(cpu, processors[cpu].space);
}

/* ---------------------------------------------------------------------------------- interrupts */

void arch_breathe(void)
{
    if (on_breathe)
        longjmp(*on_breathe, 1);
}

void arch_poke(unsigned cpu)
{
    pending.pokes |= (uint8_t)(1 << cpu);
}

void arch_tick(unsigned cpu)
{
    pending.ticks |= (uint8_t)(1 << cpu);
}

void arch_irq_unmask(unsigned line)
{
    (void)line;
}

/* ---------------------------------------------------------------------------------- the FPU */

/* Its state is the name of the thread that used it last. */
void arch_fpu_init(void *state)
{
    *(ref_t *)state = FPU_FRESH;
}

void arch_fpu_sanitise(void *state)
{
    *(ref_t *)state = FPU_WRITTEN;
}

void arch_fpu_save(void *state)
{
    *(ref_t *)state = pending.fpu[hardware_cpu];
}

void arch_fpu_load(const void *state)
{
    pending.fpu[hardware_cpu] = *(const ref_t *)state;
}

void arch_fpu_allow(bool allowed)
{
    processors[hardware_cpu].fpu_allowed = allowed;
}

/* ---------------------------------------------------------------------------------- the rest */

/* Of a frame the first word alone is modelled, see tests/explore/state.h. */
void *arch_frame_map(unsigned window, uint32_t frame)
{
    (void)window;
    return AT(void, frame_ref(frame));
}

void arch_registers_init(struct registers *registers)
{
    *registers = (struct registers){0};
}

void arch_registers_get(const struct registers *from, struct thread_registers *to)
{
    (void)from, (void)to;
}

void arch_registers_set(struct registers *to, const struct thread_registers *from)
{
    (void)to, (void)from;
}
