/*
 * Transfers what a message carries from its sender to a known receiver: words, pages, capabilities.
 * Everything in the sender's page is read once, checked against the receiver, and then transferred.
 */
#pragma once

#include "kernel/thread/sched.h"

/* ERR_ARG unless a sender may use the tag. */
err_t message_tag_check(uint32_t tag);

/* Transfers the page's words, pages, capabilities and the tag. A receiver that waits for the answer to a fault
 * gets no words, as it has no use for them. An error changes nothing, but ERR_ACCOUNT leaves the shortfall in the
 * sender's page. */
err_t message_pass(struct thread *sender, struct thread *receiver);

/* The same for a sender that has set IPC_EXTENDED and a receiver that waits for the answer to a fault. */
err_t message_pass_to_fault(struct thread *sender, struct thread *receiver);

/* The same for a receiver that waits for a message or a reply. `tag` was read from the sender's page. */
err_t message_pass_page(struct thread *sender, struct thread *receiver, uint32_t tag);

/* Read once. */
ALWAYS_INLINE uint32_t message_tag(const struct thread *sender)
{
    return *(const volatile uint32_t *)&thread_page(sender)->tag;
}

/* The four words in registers; of a faulting sender, the description of its fault. */
ALWAYS_INLINE void message_registers(const struct thread *sender, bool faulting, struct registers *to)
{
    const struct registers *from = &sender->registers;

    to->ebx = faulting ? sender->fault_address : from->ebx;
    to->esi = faulting ? from->error : from->esi;
    to->edi = faulting ? from->eip : from->edi;
    to->ebp = faulting ? from->vector : from->ebp;
}
