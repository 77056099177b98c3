/*
 * The console's clients: those of which it keeps anything, found by their badge.
 *
 *      bytes: | lines that may go out | unfinished line | free |
 *             0                                       used     CLIENT_BYTES
 *
 *   C1  a client waits for one answer at most: `waits` says to what, `caller` to whom
 *   C2  a client whose write was answered has at most LINE_MAX bytes here, so its next write fits
 *   C3  `queued` clients are in the output's queue (lines.h), in the order in which they had
 *       something to say
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    LINE_MAX = 256, /* bytes kept of an unfinished line; also the most that one write brings */
    CLIENT_BYTES = 2 * LINE_MAX,
    CLIENTS_MAX = 520, /* a process has one thread, hence one call: proc's limit and the servers */
};

/* A read waits until its client is in front, first; then for input, in its turn: readers.h. */
enum client_wait { WAITS_NOT, WAITS_WRITE, WAITS_SYNC, WAITS_ASKING, WAITS_BEHIND, WAITS_READ };

struct client {
    uint32_t badge;
    struct client *next;        /* of the same hash, or in the free list */
    struct client *next_queued; /* in the output's queue */
    struct client *next_reader; /* in one of the readers' queues */
    uint32_t caller, calls;     /* C1 */
    uint32_t bytes_wanted; /* WAITS_WRITE: how many it brought; of a read: how many it takes */
    uint32_t held_up;      /* if it is hurried: when it held others up last; lines.h */
    uint32_t used;
    uint8_t waits;
    uint8_t patience; /* ticks that its unfinished line has left */
    bool hurried;
    bool kept; /* in the table: only then it has a badge */
    bool queued;
    bool flush; /* the unfinished line is to go out, too */
    bool ended; /* the process is gone: forget it when its last bytes are out */
    char bytes[CLIENT_BYTES];
};

void clients_init(void);

/* The client of that badge, made if there is none; 0 if the table is full. */
struct client *client_get(uint32_t badge);

/* The client of that badge, or 0. */
struct client *client_find(uint32_t badge);

/* Forgets the client if nothing of it is left; one that is forgotten already stays so. */
void client_drop(struct client *client);

/* Clients from `client` on (0: the first) that wait for that; for a loop over them. */
struct client *client_next_waiting(struct client *client, enum client_wait waits);

/* Clients from `client` on (0: the first) whose line has patience left. */
struct client *client_next_timed(struct client *client);

/* Clients from `client` on (0: the first) that are kept. */
struct client *client_next(struct client *client);

/* Clients that are kept. */
uint32_t clients_count(void);
