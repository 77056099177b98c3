/*
 * The console's clients: those for which it keeps data, found by their badge.
 *
 *      bytes: | lines that may go out | unfinished line | free |
 *             0                                       used     CLIENT_BYTES
 *
 *   C1  a client waits for at most one answer: `waits` says for which, `caller` is the caller to answer
 *   C2  a client whose write was answered has at most LINE_MAX bytes here, so its next write fits
 *   C3  `turn` is in the output's queue, `time` in the list of lines with time left (lines.h), `wait` in the list of
 *       clients that wait for the same event (readers.h and main.c)
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "servers/lib/list.h"

enum {
    LINE_MAX = 256, /* bytes kept of an unfinished line; also the most that one write brings */
    CLIENT_BYTES = 2 * LINE_MAX,
    CLIENTS_MAX = 520, /* a process has one thread, hence one call: proc's limit and the servers */
};

/* A read waits until its client is in front, first; then for input, in its turn: readers.h. */
enum client_wait { WAITS_NOT, WAITS_WRITE, WAITS_SYNC, WAITS_FRONT, WAITS_READ };

struct client {
    uint32_t badge;
    struct client *next;          /* of the same hash, or in the free list */
    struct link turn, time, wait; /* C3 */
    uint32_t caller, calls;       /* C1 */
    uint32_t bytes_wanted;        /* WAITS_WRITE: how many it brought; of a read: how many it takes */
    uint32_t held_up;             /* if it is hurried: when it held others up last; lines.h */
    uint32_t used;
    uint32_t due; /* while it has time: the tick at which its unfinished line has none left */
    uint8_t waits;
    bool hurried;
    bool kept;  /* in the table: only then it has a badge */
    bool flush; /* the unfinished line is to go out, too */
    bool ended; /* the process is gone: forget it when its last bytes are out */
    char bytes[CLIENT_BYTES];
};

/* The client of that link, and a list's first one, or NULL; `kind` is turn, time or wait. */
#define CLIENT_OF(link, kind) ((struct client *)(void *)((char *)(link)-offsetof(struct client, kind)))
#define FIRST_OF(list, kind)  (list_is_empty(list) ? NULL : CLIENT_OF((list)->next, kind))

void clients_init(void);

/* The client of that badge, made if there is none; 0 if the table is full. */
struct client *client_get(uint32_t badge);

/* The client of that badge, or 0. */
struct client *client_find(uint32_t badge);

/* Forgets the client if nothing of it is left; one that is forgotten already stays so. */
void client_drop(struct client *client);

/* Clients from `client` on (0: the first) that are kept; for a loop over them. */
struct client *client_next(struct client *client);

/* It waits for nothing any more, in no list. */
void client_stop_waiting(struct client *client);

/* Clients that are kept. */
uint32_t clients_count(void);
