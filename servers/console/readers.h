/*
 * Clients that wait to read. Input goes to the foreground, which proc knows. So proc is asked about each read by a
 * client other than the last one in the foreground.
 *
 *      read ---> asking --.
 *                         +--(told)--> behind --(is in front)--> served: first come, first served
 *                again ---'               |                        |
 *                  ^----------------------+--(all ask again)-------'
 *
 *   A read of the client in front is served without asking.
 *
 *   R1  a client that waits with WAITS_FRONT is in one of the first three lists, with WAITS_READ in the last
 *   R2  badge 0 need not ask
 */
#pragma once

#include "servers/console/client.h"

struct readers {
    struct link asking, again, behind, served;
    uint32_t front; /* the badge that was in front last; 0: none */
};

void readers_init(struct readers *readers);

/* A read of that client need not ask. */
bool readers_may(const struct readers *readers, const struct client *client);

/* The client waits; it has no other call. */
void readers_add(struct readers *readers, struct client *client);

/* It waits no more; false if it did not. */
bool readers_remove(struct client *client);

/* The first that asks, of which proc is told now, or 0; and whether others do. */
struct client *readers_tell(struct readers *readers);
bool readers_ask(const struct readers *readers);

/* That badge is in front; what its client waits for is served. */
void readers_set_front(struct readers *readers, uint32_t badge);

/* Nothing comes from that badge any more but what it had sent before, which is not in front. */
void readers_leave(struct readers *readers, uint32_t badge);

/* All that wait ask, but for the one in front; behind those that have not asked yet. */
void readers_ask_again(struct readers *readers);

/* True if every waiting client is in the right list. */
bool readers_audit(const struct readers *readers);
