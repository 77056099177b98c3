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

struct host_log host_log;

void arch_log(const char *text, uint32_t bytes)
{
    (void)text;
    host_log.bytes += bytes;
}

bool arch_log_has_room(uint32_t bytes)
{
    (void)bytes;
    return !host_log.full;
}

bool arch_log_step(void)
{
    host_log.steps++;
    return !host_log.busy;
}
