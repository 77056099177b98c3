/* The processor of host tests that run one event after the other: its functions do nothing. */
#include "kernel/arch/arch.h"

#include <string.h>

void arch_segments_save(struct registers *registers)
{
    (void)registers;
}

void arch_segments_load(const struct registers *registers)
{
    (void)registers;
}

void arch_tlb_invalidate(uint32_t address)
{
    (void)address;
}

void arch_space_load(uint32_t directories)
{
    (void)directories;
}

void arch_space_leave(void)
{
}

void arch_fpu_init(void *state)
{
    memset(state, 0, FPU_BYTES);
}

void arch_fpu_sanitise(void *state)
{
    (void)state;
}

void arch_fpu_save(void *state)
{
    (void)state;
}

void arch_fpu_load(const void *state)
{
    (void)state;
}

void arch_fpu_allow(bool allowed)
{
    (void)allowed;
}

void arch_reschedule(unsigned cpu)
{
    (void)cpu;
}

uint32_t host_ticked;

void arch_tick(unsigned cpu)
{
    host_ticked |= 1u << cpu;
}

uint32_t host_ipi;
void (*host_on_ipi)(void); /* if not null, called when another processor gets an IPI */

void arch_ipi(unsigned cpu, uint32_t ipi)
{
    (void)cpu;
    host_ipi = ipi;
    if (host_on_ipi)
        host_on_ipi();
}

void arch_ipi_wait(unsigned cpu)
{
    (void)cpu;
}
