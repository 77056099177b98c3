/*
 * The loop of a server: receive, look what kind of message it is, let a handler work, answer.
 *
 * A handler gets the message's words and leaves the answer's words 1-3 in them; word 0 is set from
 * what it returns:
 *     0 to 31         the answer is good; that is its word 0
 *     -errno          the answer is that error, words 1-3 are 0
 *     IPC_EXTENDED    good, with what ipc_extend() described
 *     SERVER_LATER    no answer now: the handler kept caller_now() for a later server_answer()
 *     SERVER_OTHER    beside a good result without data: the handler has answered its caller, and this is the answer of
 *                     another, whom it has restored; that one runs first
 * A handler may call other servers: the loop keeps the caller, the handler copies what it needs of
 * the page before (I2 of ipc.h).
 */
#pragma once

#include "libuser/ipc/ipc.h"

#include <errno.h>

enum { SERVER_LATER = 1 << 30, SERVER_OTHER = SERVER_LATER | 1 << 29 };

/* Who waits for an answer, and for which of its calls. */
struct caller {
    uint32_t caller, calls;
};

/* The caller of the message just received; before any further call. */
static inline struct caller caller_now(void)
{
    return (struct caller){message_page->caller, message_page->caller_call_number};
}

static inline void caller_restore(struct caller caller)
{
    message_page->caller = caller.caller;
    message_page->caller_call_number = caller.calls;
}

typedef int32_t (*server_call)(uint32_t badge, struct words *words);

struct server {
    const server_call *calls; /* by the call's number; 0 where there is none */
    uint32_t calls_count;
    server_call fault;             /* TAG_FAULT; 0: never answered. Any answer lets the thread
                                      go on: SERVER_LATER keeps it stopped */
    void (*signal)(uint32_t bits); /* TAG_SIGNAL; 0: ignored */

    /* 0, or the flags that open the windows for the next message; called before each wait. */
    uint32_t (*open)(void);

    /* 0, or called when the kernel refused an answer that is still owed: true to try once more,
     * after a cure (for ERR_ACCOUNT: message_page->shortfall frames were donated). */
    _Bool (*cure)(uint32_t badge, err_t why);
};

/* Sets word 0, and the others of a failure; returns the flags to answer with. */
static inline uint32_t server_finish(int32_t result, struct words *words)
{
    if (result < 0)
        *words = (struct words){{(uint32_t)result}};
    else
        words->w[0] = (uint32_t)result & CALL_NUMBER;
    return result < 0 ? 0 : (uint32_t)result & ~(uint32_t)CALL_NUMBER;
}

/* A late answer: `result` as a handler returns it, not SERVER_LATER. ERR_STALE: nobody waits. */
static inline err_t server_answer(struct caller caller, int32_t result, struct words *words)
{
    uint32_t flags = server_finish(result, words);
    caller_restore(caller);
    return ipc_reply(flags, words);
}

/* What was received, beside the words. */
struct received {
    uint32_t badge, kind;
    struct caller caller;
};

static inline int32_t server_dispatch(const struct server *server, const struct received *r, struct words *words)
{
    uint32_t number = words->w[0];

    if (r->kind == TAG_SIGNAL) {
        if (server->signal)
            server->signal(number);
        return SERVER_LATER;
    }
    if (r->kind == TAG_FAULT)
        return server->fault ? server->fault(r->badge, words) : SERVER_LATER;
    if (number >= server->calls_count || !server->calls[number])
        return -ENOSYS;
    return server->calls[number](r->badge, words);
}

/* An answer that may be refused, as it was sent. */
struct sent {
    uint32_t flags, tag;
    struct words words;
};

/* After a refusal the answer is still owed. Returns the flags for another one with the next wait: the
 * same if there was a cure, else for a call a plain error; a fault gets none, as its thread would
 * only fault again. 0: nobody waits. */
static inline uint32_t server_retry(const struct server *server, const struct received *r, const struct sent *sent,
                                    err_t why, struct words *words)
{
    if (why == ERR_STALE || !(sent->flags & IPC_EXTENDED))
        return 0;
    if (server->cure && server->cure(r->badge, why)) {
        *words = sent->words;
        message_page->tag = sent->tag;
        caller_restore(r->caller);
        return sent->flags;
    }
    if (r->kind != TAG_CALL)
        return 0;
    caller_restore(r->caller);
    return IPC_REPLY | server_finish(-ENOMEM, words);
}

/* Serves until the endpoint is gone. An answer goes out in the same call that waits for the next
 * message; if it is refused, nothing is received. */
static inline void server_run(const struct server *server)
{
    struct words words = {{0}};
    struct received r = {0};
    struct sent sent = {0};
    uint32_t answer = 0; /* the flags of the answer that goes out with the next wait, or 0 */

    for (;;) {
        uint32_t windows = server->open ? server->open() : 0;
        int32_t badge = ipc_reply_wait(windows | answer, &words);
        if (badge < 0 && !answer)
            return;
        if (badge < 0) {
            answer = server_retry(server, &r, &sent, (err_t)badge, &words);
            continue;
        }
        r = (struct received){(uint32_t)badge, message_page->tag & TAG_KIND, caller_now()};
        int32_t result = server_dispatch(server, &r, &words);
        answer = 0;
        if (result == SERVER_LATER)
            continue;
        if (result >= SERVER_OTHER)
            r.caller = caller_now(), result -= SERVER_OTHER;
        answer = IPC_REPLY | server_finish(result, &words);
        caller_restore(r.caller);
        if (answer & IPC_EXTENDED)
            sent.words = words, sent.tag = message_page->tag;
        sent.flags = answer;
    }
}
