/*
 * Clients that poll (poll in file.proto). A client watches ends of pipes; after an event at one of them, proc is
 * signalled and asks which clients to wake. A woken client checks all that it polls again, itself.
 *
 *      watch_add() --> in the end's list --(watches_fire)--> in `fired` --(watches_next)--> gone, with the client's
 *      others
 *
 *   W1  a watch belongs to one client, which has at most one for each descriptor that it polled last
 *   W2  while `fired` is not empty, or a pipe is due (pipe.h), proc has been signalled, and was not told since that
 *       nothing is left
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "servers/lib/list.h"

struct client;

/* Begins without watches. */
void watches_init(void);

/* False: there is no memory for it. */
bool watch_add(struct list *list, struct client *client);

/* Removes all watches of the client. */
void watches_drop(struct client *client);

/* Signals proc, which then asks. */
void watches_notify(void);

/* proc has asked; `is_all`: nothing other than fired watches is left. True if nothing is left at all. */
bool watches_acknowledge(bool is_all);

/* Fires all watches of the list, in a few steps for any number: their clients will be woken. */
void watches_fire(struct list *list);

/* The next client to wake, whose watches are removed; or 0. */
struct client *watches_next(void);

/* Panics unless W1 holds for the client's watches. */
void watches_audit(const struct client *client);
