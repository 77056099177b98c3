/*
 * Clients of the console, what they were told and what they must be told: the status and data of each call; and a call
 * that waits gets one reply, as soon as that is possible.
 */
#pragma once

#include "tests/fuzz/console_model.h"
#include "tests/server/server_run.h"

/* A client has one thread, and a second one that must not call while the first waits. */
enum { SECOND = CLIENTS, STRANGER = 2 * CLIENTS, PROC };
enum call_wait { NOT, WRITE, READ, SYNC };

struct client_model {
    uint32_t badge, bytes; /* of a write that waits, or the room of a read */
    enum call_wait waits;
    bool is_dead;  /* its thread is gone, and it is not yet released */
    bool is_shown; /* its unfinished row had to go out, and it has written nothing since */
};

extern struct client_model clients[CLIENTS]; /* 0 is the manager */

/* What is sent next: a call of a client, or a signal. */
struct asked {
    struct server_message message;
    uint32_t client;
    char text[READ_MAX];
};
extern struct asked asked;

void clients_begin(void);

/* Whether the client already has a call that waits. */
bool clients_asked_is_busy(void);

/* Whether proc is to ask for events: because it was signalled, or because the last reply said that something is due.
 * clients_reported() is the badge of the client that proc was told of last, or 0. */
bool clients_proc_is_signalled(void);
bool clients_are_due(void);
uint32_t clients_reported(void);

/* The client's read gets no reply any more. */
void clients_reader_leaves(uint32_t client);

err_t clients_replied(uint32_t caller, const struct words *words, uint32_t tag);

/* The last message has been handled: checks all replies. */
void clients_settle(void);
