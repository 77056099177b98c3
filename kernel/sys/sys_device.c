/* Interrupt lines, ports, the log. */
#include "kernel/sys/sys.h"

/* Checks a range capability and that it covers `count` elements from number `first` on, which is not relative to the
 * capability's first as the offsets of memory are. */
static err_t find_range(struct thread *thread, enum slot_bits kind, rights_t rights, uint32_t first, uint32_t count)
{
    struct slot *slot;
    err_t err = sys_find(thread, sys_slot(thread), kind, rights, &slot);

    return err ? err : slot_range_contains(slot, first - slot->value, count) ? OK : ERR_ARG;
}

err_t sys_irq_bind(struct thread *thread)
{
    const struct derivation derivation = {.rights = RIGHT_SIGNAL};
    uint32_t line = sys_irq_bind_line(thread);
    struct slot *endpoint;

    err_t err = find_range(thread, SLOT_IRQS, RIGHT_CONTROL, line, 1);
    if (!err)
        err = sys_find(thread, sys_irq_bind_endpoint_slot(thread), SLOT_ENDPOINT, RIGHT_SIGNAL, &endpoint);
    if (!err)
        err = slot_derive_check(endpoint, &derivation);
    if (err)
        return err;
    if (!slot_is_empty(&kernel.irq_endpoints[line]))
        return ERR_TAKEN;
    slot_derive(endpoint, &kernel.irq_endpoints[line], &derivation);
    arch_irq_unmask(line);
    return OK;
}

err_t sys_irq_ack(struct thread *thread)
{
    uint32_t line = sys_irq_ack_line(thread);
    err_t err = find_range(thread, SLOT_IRQS, RIGHT_CONTROL, line, 1);

    if (err)
        return err;
    thread->registers.ebx = kernel.irq_counts[line];
    arch_irq_unmask(line);
    return OK;
}

/* For port_in and port_out, whose first two arguments are the same. */
static err_t find_ports(struct thread *thread, rights_t right)
{
    uint32_t bytes = sys_port_in_bytes(thread);

    if (bytes != 1 && bytes != 2 && bytes != 4)
        return ERR_ARG;
    return find_range(thread, SLOT_PORTS, right, sys_port_in_port(thread), bytes);
}

err_t sys_port_in(struct thread *thread)
{
    err_t err = find_ports(thread, RIGHT_READ);

    if (!err)
        thread->registers.ebx = arch_port_in((uint16_t)sys_port_in_port(thread), sys_port_in_bytes(thread));
    return err;
}

err_t sys_port_out(struct thread *thread)
{
    err_t err = find_ports(thread, RIGHT_WRITE);

    if (!err)
        arch_port_out((uint16_t)sys_port_out_port(thread), sys_port_out_bytes(thread), sys_port_out_value(thread));
    return err;
}

err_t sys_log_write(struct thread *thread)
{
    struct registers *r = &thread->registers;  /* esi, for restarts: whether the text is in the log already */
    bool taken = thread->restarting && r->esi; /* then the capability is not checked any more */
    struct slot *slot;

    if (sys_log_write_bytes(thread) > IPC_PAGE_WORDS * sizeof(uint32_t))
        return ERR_ARG;
    err_t err = taken ? OK : sys_find(thread, sys_slot(thread), SLOT_LOG, RIGHT_WRITE, &slot);
    if (err)
        return err;
    if (!taken && (r->esi = arch_log_has_room(sys_log_write_bytes(thread)))) {
        arch_log((const char *)thread_page(thread)->words, sys_log_write_bytes(thread));
        irq_signal(IRQ_LOG);
    }
    return arch_log_step() && r->esi ? OK : RESTART;
}
