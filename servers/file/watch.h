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

/* There are none. */
void watches_init(void);

/* False: there is no memory for it. */
bool watch_add(struct link *list, struct client *client);

/* The client watches nothing any more. */
void watches_drop(struct client *client);

/* Proc is to ask. */
void watches_tell(void);

/* It has asked, and `is_all` that there is beside what has fired: true if that was all. */
bool watches_are_heard(bool is_all);

/* All clients that watch there are to be woken. However many they are, it takes a few steps. */
void watches_fire(struct link *list);

/* The next client to wake, which watches nothing any more; or 0. */
struct client *watches_next(void);

/* Panics unless W1 holds of the client's. */
void watches_audit(const struct client *client);
