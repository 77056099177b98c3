/*
 * Clients that wait to write, and clients that wait in a sync until all output is out. Lines go to the port and the
 * screen, a part with each message.
 *
 *      write --(no room, or somebody syncs)--> writes --.--(room)--------------> answered
 *      sync  --------------------------------> syncs --(all is out)--> due -----> answered, some with each message
 *
 *   W1  while a client waits in a sync, `lines` are shared (no long line can delay it), and no write is answered;
 *       so each client has at most one write
 *   W2  clients in a sync are due before clients whose writes have waited for it
 */
#pragma once

#include "servers/console/answers.h"
#include "servers/console/lines.h"

extern struct lines lines;

void writers_init(void);

/* What it says is in its lines, or was to be: the answer comes now, or when there is room; when all is out. */
int32_t writers_answer_write(struct client *client, struct caller caller, struct words *words);
void writers_sync(struct client *client, struct caller caller);

/* A part: some lines to the ring, and all of it to the screen; of the ring some to the port; some answers. */
void writers_transmit(void);

/* A part is due, if there is any. */
void writers_transmit_later(void);
bool writers_are_due(void);

/* The client is forgotten, if nothing of it is left. If it has ended, this comes again when its last bytes are out. */
void writers_forget(struct client *client);
void writers_end(struct client *client);
