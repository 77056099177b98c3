/*
 * What a message carries, from its sender to a receiver that is known: words, pages, capabilities.
 * All of the sender's page is read once and checked against the receiver, and then transferred.
 */
#pragma once

#include "kernel/thread/kernel.h"

/* ERR_ARG unless the tag is one that a sender may use. */
err_t message_tag_check(uint32_t tag);

/* Transfers words of the page, pages and capabilities, and the tag; no words if the receiver waits for the
 * answer to a fault: it has no use for them. Refused, nothing has changed; ERR_ACCOUNT leaves the
 * number in the sender's page. */
err_t message_pass(struct thread *sender, struct thread *receiver);

/* The same of a sender that has set IPC_EXTENDED: `tag` was read from its page. */
err_t message_pass_page(struct thread *sender, struct thread *receiver, uint32_t tag);

/* The four words in registers; of a sender that faults, what there is to say about that. */
ALWAYS_INLINE void message_registers(const struct thread *sender, struct registers *to)
{
    const struct registers *from = &sender->registers;

    to->ebx = sender->faulting ? sender->fault_address : from->ebx;
    to->esi = sender->faulting ? from->error : from->esi;
    to->edi = sender->faulting ? from->eip : from->edi;
    to->ebp = sender->faulting ? from->vector : from->ebp;
}
