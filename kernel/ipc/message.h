/*
 * What a message carries, from its sender to a receiver that is known: words, pages, capabilities.
 * All of the sender's page is read once and checked against the receiver, and then transferred.
 */
#pragma once

#include "kernel/thread/sched.h"

/* ERR_ARG unless the tag is one that a sender may use. */
err_t message_tag_check(uint32_t tag);

/* Transfers words of the page, pages and capabilities, and the tag; no words if the receiver waits for the
 * answer to a fault: it has no use for them. Refused, nothing has changed; ERR_ACCOUNT leaves the
 * number in the sender's page. */
err_t message_pass(struct thread *sender, struct thread *receiver);

/* The same of a sender that has set IPC_EXTENDED, to a receiver that waits for the answer to a fault. */
err_t message_pass_to_fault(struct thread *sender, struct thread *receiver);

/* The same to one that waits for a message: `tag` was read from the sender's page. */
err_t message_pass_page(struct thread *sender, struct thread *receiver, uint32_t tag);

/* Read once. */
ALWAYS_INLINE uint32_t message_tag(const struct thread *sender)
{
    return *(const volatile uint32_t *)&thread_page(sender)->tag;
}

/* The four words in registers; of a sender that faults, what there is to say about that. */
ALWAYS_INLINE void message_registers(const struct thread *sender, bool faulting, struct registers *to)
{
    const struct registers *from = &sender->registers;

    to->ebx = faulting ? sender->fault_address : from->ebx;
    to->esi = faulting ? from->error : from->esi;
    to->edi = faulting ? from->eip : from->edi;
    to->ebp = faulting ? from->vector : from->ebp;
}
