/*
 * Clients that wait to read. Input goes to the foreground, which proc knows. So proc is asked about each read by a
 * client other than the last one in the foreground.
 *
 *      read ---> asking --.
 *                         +--(proc is told)--> background --(in the foreground)--> served: first come, first served
 *                again ---'                        |                                 |
 *                  ^-------------------------------+---------(all ask again)---------'
 *
 *   A read of the client in the foreground is served without asking.
 *
 *   R1  a client that waits with WAITS_FOREGROUND is in one of the first three lists, with WAITS_READ in the last
 *   R2  badge 0 need not ask
 */
#pragma once

#include "servers/console/client.h"

struct readers {
    struct list asking, again, background, served;
    uint32_t foreground; /* the badge that was in the foreground last; 0: none */
};

void readers_init(struct readers *readers);

/* True if a read of that client needs no question to proc. */
bool readers_may_read(const struct readers *readers, const struct client *client);

/* Adds a client that waits; it has no other call. */
void readers_add(struct readers *readers, struct client *client);

/* Ends its wait; false if it did not wait. */
bool readers_remove(struct client *client);

/* Moves the first client about which proc must still be asked to the background list, for the caller asks now; null:
 * there is none. The second says whether there is one. */
struct client *readers_next_asking(struct readers *readers);
bool readers_any_asking(const struct readers *readers);

/* That badge is in the foreground: its client's read will be served. */
void readers_set_foreground(struct readers *readers, uint32_t badge);

/* The badge sends no more calls; earlier ones are not in the foreground. */
void readers_leave(struct readers *readers, uint32_t badge);

/* Asks again about all waiting clients except the one in the foreground, after those not asked about yet. */
void readers_ask_again(struct readers *readers);

/* True if every waiting client is in the right list. */
bool readers_audit(const struct readers *readers);
