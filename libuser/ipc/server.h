/*
 * The loop of a server: receive, dispatch by the kind of message, call a handler, reply. It opens no window, and
 * never replies to faults; mem, which needs both, has a loop of its own.
 *
 * A handler gets the message's words and leaves the reply's words 1-3 in them; word 0 is set from
 * its result:
 *     0 to 31         success; word 0 is the result
 *     -errno          the reply is that error, words 1-3 are 0
 *     IPC_EXTENDED    success, with the items and data given to ipc_extend()
 *     SERVER_LATER    no reply now: the handler kept caller_now() for a later server_reply()
 *     SERVER_OTHER    with a success without data: the handler has replied to its caller itself; the result is for
 *                     another caller, which it has restored and which runs first
 * A handler may call other servers: the kernel remembers the caller, but the handler must first copy what it
 * needs of the page (I2 of ipc.h).
 */
#pragma once

#include "libuser/ipc/ipc.h"

#include <errno.h>

enum { SERVER_RESULT_MAX = 31, SERVER_LATER = 1 << 30, SERVER_OTHER = SERVER_LATER | 1 << 29 };

/* A caller that waits for a reply, and the number of its call. */
struct caller {
    uint32_t caller, call_number;
};

/* The caller of the message just received; must be used before any other call is made. */
static inline struct caller caller_now(void)
{
    return (struct caller){message_page->caller, message_page->caller_call_number};
}

static inline void caller_restore(struct caller caller)
{
    message_page->caller = caller.caller;
    message_page->caller_call_number = caller.call_number;
}

typedef int32_t (*server_call)(uint32_t badge, struct words *words) SERVER_CALL;

struct server {
    const server_call *calls; /* by the call's number; 0: there is no such call */
    uint32_t calls_count;
    void (*signal)(uint32_t bits); /* TAG_SIGNAL; 0: ignored */

    /* 0, or called when the kernel refused a reply that is still owed, and that becomes an error. */
    void (*refused)(uint32_t badge);
};

/* Sets word 0, and for an error the other words; returns the flags of the reply. */
static inline uint32_t server_finish(int32_t result, struct words *words)
{
    if (result < 0)
        *words = (struct words){{(uint32_t)result}};
    else
        words->w[0] = (uint32_t)result & SERVER_RESULT_MAX;
    return result < 0 ? 0 : (uint32_t)result & IPC_EXTENDED;
}

/* A late reply: `result` is like a handler's, but not SERVER_LATER. ERR_STALE: the caller does not wait. */
static inline err_t server_reply(struct caller caller, int32_t result, struct words *words)
{
    uint32_t flags = server_finish(result, words);
    caller_restore(caller);
    return ipc_reply(flags, words);
}

static inline int32_t server_dispatch(const struct server *server, uint32_t kind, uint32_t badge, struct words *words)
{
    uint32_t number = words->w[0];

    if (kind == TAG_CALL)
        return number < server->calls_count && server->calls[number] ? server->calls[number](badge, words) : -ENOSYS;
    if (kind == TAG_SIGNAL && server->signal)
        server->signal(number);
    return SERVER_LATER;
}

/* After a refusal the reply is still owed. Returns the flags of an error to send with the next wait, or 0: nobody
 * waits. */
static inline uint32_t server_retry(const struct server *server, uint32_t badge, uint32_t flags, err_t why,
                                    struct words *words)
{
    if (why == ERR_STALE || !(flags & IPC_EXTENDED))
        return 0;
    if (server->refused)
        server->refused(badge);
    return IPC_REPLY | server_finish(-ENOMEM, words);
}

/* Serves until the endpoint is gone. A reply goes out in the call that waits for the next message; if it is refused,
 * nothing is received. The kernel keeps the caller until it has its reply. */
static inline void server_run(const struct server *server)
{
    struct words words = {{0}};
    uint32_t replied_to = 0;            /* the badge of the last reply that may be refused */
    uint32_t head = SYS_ipc_reply_wait; /* with the flags of the reply that goes out with the next wait, if any */

    for (;;) {
        int32_t badge = system_call(head, &words);
        if (badge < 0) {
            if (head == SYS_ipc_reply_wait)
                return;
            head = SYS_ipc_reply_wait | server_retry(server, replied_to, head, (err_t)badge, &words);
            continue;
        }
        int32_t result = server_dispatch(server, message_page->tag & TAG_KIND, (uint32_t)badge, &words);
        head = SYS_ipc_reply_wait;
        if (result == SERVER_LATER)
            continue;
        head |= IPC_REPLY | server_finish(result, &words);
        if (head & IPC_EXTENDED)
            replied_to = (uint32_t)badge;
    }
}
