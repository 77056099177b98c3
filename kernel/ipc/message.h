/*
 * What a message carries, from its sender to a receiver that is known: words, pages, capabilities.
 * message_check() reads everything of the sender's page once, into `struct message`, and checks it
 * against the receiver; message_commit() cannot fail.
 */
#pragma once

#include "kernel/thread/kernel.h"
#include "kernel/vm/source.h"

struct checked_item {
    enum item_kind kind;
    rights_t rights;
    uint32_t pages;
    uint32_t place;       /* address, or slot */
    struct source source; /* pages */
    struct slot *slot;    /* capability */
    struct derivation derivation;
};

struct message {
    uint32_t words; /* in the page */
    unsigned items_count;
    struct checked_item items[IPC_ITEMS];
};

/* ERR_ARG unless the tag is one that a sender may use. */
err_t message_tag_check(uint32_t tag);

/* All that a message can be refused for; ERR_ACCOUNT leaves the number in the sender's page. */
err_t message_check(struct thread *sender, struct thread *receiver, struct message *message);

/* Words, pages and capabilities go over; the tag, with `kind`, into the receiver's page. */
void message_commit(const struct message *message, struct thread *sender, struct thread *receiver,
                    enum tag_kind kind);
