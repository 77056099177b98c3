/*
 * A whole server on the host. Its server_main() runs once for each input, from the state with which the server is
 * linked, and each of its system calls comes here. A fuzzer decides what the kernel does and which message is next, and
 * gets each reply.
 *
 * Callers are threads with at most one call each: a reply that no caller awaits gets ERR_STALE, as from the kernel.
 * All of the server's objects are linked between state_begin.c and state_end.c.
 */
#pragma once

#include <stdbool.h>

#include "libuser/sys/syscall.h"

enum { SERVER_CALLERS = 128 };

struct server_message {
    uint32_t badge;
    uint32_t caller; /* of a call; below SERVER_CALLERS */
    uint32_t tag;    /* the words of the page are in message_page */
    struct words words;
};

struct server_fake {
    uint32_t cpus; /* as in the boot page */

    /* A system call that is no message to the server. Returns an err_t; results go into the words. */
    int32_t (*call)(uint32_t number, uint32_t head, struct words *words);

    /* The next message. False if there is none any more: then server_main() returns. When it is called, the server has
     * finished the previous message. */
    bool (*next)(struct server_message *message);

    /* A call gets its reply; the page has what came with the reply. It is delivered only if this returns OK. */
    err_t (*replied)(uint32_t caller, const struct words *words, uint32_t tag);
};

/* Runs the server for one input. The pages at the addresses of the message page and the boot page exist from the
 * start. */
void server_run_input(const struct server_fake *fake, struct words start);

/* True if the caller waits for a reply. server_caller_dies(): it no longer does. */
bool server_owes(uint32_t caller);
void server_caller_dies(uint32_t caller);

/* Pages of memory at that address, as a map call would put them there. They are zero at first. */
void *server_pages(uint32_t address, uint32_t pages);
