/*
 * A whole server on the host: its server_main() runs for each input from the state that it is linked with, and each of
 * its system calls comes here. A fuzzer says what the kernel does, which message is next, and hears each answer.
 *
 * Callers are threads with at most one call each: an answer that nobody is owed is ERR_STALE, as the kernel has it. All
 * of the server's objects are linked between state_begin.c and state_end.c.
 */
#pragma once

#include <stdbool.h>

#include "libuser/sys/syscall.h"

enum { SERVER_CALLERS = 128 };

struct server_message {
    uint32_t badge;
    uint32_t caller; /* below SERVER_CALLERS; of a call */
    uint32_t tag;    /* the page's words are those of message_page */
    struct words words;
};

struct server_fake {
    uint32_t cpus; /* that the boot page tells of */

    /* A system call that is no message to the server: an err_t. Results go into the words. */
    int32_t (*call)(uint32_t number, uint32_t head, struct words *words);

    /* The next message; false: there is none any more, and server_main() returns. The server has done all that the last
     * one asked for. */
    bool (*next)(struct server_message *message);

    /* A call is answered; the page has what came with it. Only OK is an answer. */
    err_t (*answered)(uint32_t caller, const struct words *words, uint32_t tag);
};

/* One input. Pages at the addresses of message page and boot page are there from the first on. */
void server_run_input(const struct server_fake *fake, struct words start);

/* True if the caller waits for an answer; it dies, so that nobody does. */
bool server_owes(uint32_t caller);
void server_caller_dies(uint32_t caller);

/* Pages of memory at that address, as a map call would put them there; they are zero at first. */
void *server_pages(uint32_t address, uint32_t pages);
