#include "kernel/lib/kassert.h"
#include "kernel/thread/thread.h"

unsigned host_cpu;

void arch_resume_with(struct thread *to, const struct thread *from, uint32_t result)
{
    assert(to->registers.vector == VECTOR_SYSCALL);
    to->registers.eax = result;
    to->registers.ebx = from->registers.ebx;
    to->registers.esi = from->registers.esi;
    to->registers.edi = from->registers.edi;
    to->registers.ebp = from->registers.ebp;
}

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
