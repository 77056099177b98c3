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

/* The four words in registers. */
ALWAYS_INLINE void message_words(const struct registers *from, struct registers *to)
{
    to->ebx = from->ebx;
    to->esi = from->esi;
    to->edi = from->edi;
    to->ebp = from->ebp;
}

/* The same; of a sender that faults, what there is to say about that. */
void message_registers(const struct thread *sender, struct registers *to);
