#include "tests/explore/hardware.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

uint32_t pte_no_execute = 0x80000000;
jmp_buf on_violation, *on_preemption_point;
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

/* ---------------------------------------------------------------------------------- the rest */

/* Only the first word of a frame is modelled, see tests/explore/state.h. */
void *arch_frame_map(unsigned fixmap, uint32_t frame)
{
    (void)fixmap;
    return AT(void, frame_ref(frame));
}

void arch_preemption_point(void)
{
    if (kernel.tlb_pending)
        violation("the lock is released while other processors may still translate what was unmapped");
    if (on_preemption_point)
        longjmp(*on_preemption_point, 1);
}

void arch_irq_unmask(unsigned line)
{
    (void)line;
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
    (void)from;
    to->vector = to->vector == VECTOR_SYSCALL ? 0 : to->vector;
}
