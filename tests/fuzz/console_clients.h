/*
 * Clients of the console, what they were told and what they must be told: each call's status and data, and that who
 * waits is answered once, when it can be.
 */
#pragma once

#include "tests/fuzz/console_model.h"
#include "tests/server/server_run.h"

/* A client has a thread, and one more that must not call while the first waits. */
enum { SECOND = CLIENTS, STRANGER = 2 * CLIENTS, PROC };
enum call_wait { NOT, WRITE, READ, SYNC };

struct client_model {
    uint32_t badge, bytes; /* of a write that waits, or wanted by a read */
    enum call_wait waits;
    bool is_dead;  /* until it is released */
    bool is_shown; /* its unfinished row was to go out, and it has written nothing since */
};

extern struct client_model clients[CLIENTS]; /* 0 is the manager */

/* What is asked next: a call of a client, or a signal. */
struct asked {
    struct server_message message;
    uint32_t client;
    char text[READ_MAX];
};
extern struct asked asked;

void clients_begin(void);

/* The client that asks has a call already that waits. */
bool clients_asked_is_busy(void);

/* Proc is to ask for events, as it was signalled, or as it has heard that something is due; or has heard of a client:
 * that badge, else 0. */
bool clients_proc_is_told(void);
bool clients_are_due(void);
uint32_t clients_heard_of(void);

/* A read of it is not answered any more. */
void clients_reader_leaves(uint32_t client);

err_t clients_answered(uint32_t caller, const struct words *words, uint32_t tag);

/* All was done that was asked for: what was answered was right. */
void clients_settle(void);
