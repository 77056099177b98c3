#include "kernel/arch/arch.h"

unsigned host_cpu;

uint32_t arch_port_in(uint16_t port, unsigned bytes)
{
    return port + bytes;
}

void arch_port_out(uint16_t port, unsigned bytes, uint32_t value)
{
    (void)port, (void)bytes, (void)value;
}

void arch_log(const char *text, uint32_t bytes)
{
    (void)text, (void)bytes;
}
