/*
 * The console's clients: those for which it keeps data, found by their badge.
 *
 *      bytes: | lines that may go out | unfinished line | free |
 *             0                                       used     CLIENT_BYTES
 *
 *   C1  a client waits for at most one reply: `waits` says to which call, `caller` is the caller to reply to
 *   C2  a client that has the reply to its write has at most LINE_MAX bytes here, so its next write fits
 *   C3  `turn` is in the output's queue, `time` in the list of lines with time left (lines.h), `wait` in the list of
 *       clients that wait for the same event (readers.h and main.c)
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "servers/lib/list.h"

enum {
    LINE_MAX = 256, /* the most bytes kept of an unfinished line, and the most in one write */
    CLIENT_BYTES = 2 * LINE_MAX,
    CLIENTS_MAX = 520, /* proc's limit plus the servers, as a process has one thread, hence one call */
};

/* A read waits first until its client is in the foreground, then for input: readers.h. */
enum client_wait { WAITS_NOT, WAITS_WRITE, WAITS_SYNC, WAITS_FOREGROUND, WAITS_READ };

struct client {
    uint32_t badge;
    struct client *next;          /* with the same hash, or in the free list */
    struct link turn, time, wait; /* C3 */
    uint32_t caller, call_number; /* C1 */
    uint32_t bytes_wanted;        /* WAITS_WRITE: bytes it brought; for a read: the most it takes */
    uint32_t delayed_others_at;   /* if it is hurried: when it last held others up; lines.h */
    uint32_t used;
    uint32_t due; /* while it has time: the tick at which its unfinished line goes out */
    uint8_t waits;
    bool hurried;
    bool kept;  /* it is in the table, and has a badge */
    bool flush; /* the unfinished line must go out, too */
    bool ended; /* the process is gone: forget the client when its last bytes are out */
    char bytes[CLIENT_BYTES];
};

/* The client of that link, and a list's first one, or NULL; `kind` is turn, time or wait. */
#define CLIENT_OF(link, kind) ((struct client *)(void *)((char *)(link)-offsetof(struct client, kind)))
#define FIRST_OF(list, kind)  (list_is_empty(list) ? NULL : CLIENT_OF((list)->end.next, kind))

void clients_init(void);

/* The client of that badge, made if there is none; 0 if the table is full. */
struct client *client_get(uint32_t badge);

/* The client of that badge, or 0. */
struct client *client_find(uint32_t badge);

/* Forgets the client if it has no data left; it may be forgotten already. */
void client_drop(struct client *client);

/* Clients from `client` on (0: the first) that are kept; for a loop over them. */
struct client *client_next(struct client *client);

/* Ends the client's wait and removes it from its list. */
void client_stop_waiting(struct client *client);

/* The number of clients in the table. */
uint32_t clients_count(void);
