/*
 * Clients that wait to write, and clients that wait in a sync until all output is out. Lines go to the port and the
 * screen, a part with each message.
 *
 *      write --(no room, or somebody syncs)--> writes --.--(room)--------------> reply
 *      sync  --------------------------------> syncs --(all is out)--> due -----> reply, to some with each message
 *
 *   W1  while a client waits in a sync, `lines` are shared (no long line can delay it), and no write gets its reply;
 *       so each client has at most one write
 *   W2  clients in a sync are due before clients whose writes have waited for it
 */
#pragma once

#include "servers/console/replies.h"
#include "servers/console/lines.h"

extern struct lines lines;

void writers_init(void);

/* Replies to a write, whose bytes are in the client's lines, now or when there is room; to a sync when all is out. */
int32_t writers_reply_to_write(struct client *client, struct caller caller, struct words *words);
void writers_sync(struct client *client, struct caller caller);

/* Does a part: moves some lines to the ring, all of the ring to the screen and some of it to the port; sends some
 * replies. */
void writers_transmit(void);

/* Makes a part due, if there is anything to do. */
void writers_transmit_later(void);
bool writers_are_due(void);

/* Forgets the client if it has no data left. For an ended client this is called again when its last bytes are out. */
void writers_forget(struct client *client);
void writers_end(struct client *client);
