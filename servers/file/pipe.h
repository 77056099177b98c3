/*
 * Pipes: a ring of bytes (servers/proto/pipe_ring.h), which the server fills and empties for its clients. A client that
 * is alone at an end may do that itself.
 *
 *   P1  `readers` and `writers` count the open files of each end; with the last of both the pipe goes
 *   P2  clients wait to read only while the ring is empty and there is a writer; clients wait to write only while there
 *       is a reader, and no room for the bytes of the first of them. So both never wait at once, except just after a
 *       client changed a ring that it has in its memory, and except for P5
 *   P3  writes go in whole, in the order of their calls
 *   P4  while clients wait at an end, or watch it, the ring says so, and perhaps for a while after
 *   P5  with one message a few waiting clients get their replies. While more could, the pipe is due: proc has been
 *       signalled, and asks for the next part (events in file.proto)
 */
#pragma once

#include "servers/file/client.h"

enum {
    RING_LOANS_MAX = 64
}; /* a client does not ask again for a revoked ring: so a ring in use is never revoked, but refused beyond this */

struct pipe;

/* Begins without pipes. */
void pipes_init(void);

/* Makes a pipe with one reader and one writer; 0: the share has no memory for it. */
struct pipe *pipe_make(struct share *share);

/* Closes one open file of that end. After the last one, clients that wait at the other end get their replies. */
void pipe_close(struct pipe *pipe, bool writes);

/* The results of read and write, or SERVER_LATER. `wait`: the word of the message. */
int32_t pipe_read(struct client *client, struct open_file *file, uint32_t bytes, uint32_t wait, struct words *words);
int32_t pipe_write(struct client *client, struct open_file *file, uint32_t bytes, uint32_t wait, struct words *words);

/* Removes the client from the queue in which it waits. */
void pipe_forget_waiting(struct client *client);

/* The same, and replies to its call: with EINTR if it would still wait. */
void pipe_interrupt(struct client *client);

/* pipe_poll(): the events of the end, FILE_POLL_IN and others. pipe_watch(): watches it; false: no memory for that. */
uint32_t pipe_poll(const struct open_file *file);
bool pipe_watch(struct client *client, const struct open_file *file);

/* Sends some of the replies of the pipe that has been due longest; true: nothing is left. */
bool pipes_serve_due(void);

/* The number of bytes in the ring. */
uint32_t pipe_bytes(const struct pipe *pipe);

/* True if P1, P2, P4 and P5 hold, except for changes by a client that has the ring. */
bool pipe_audit(const struct pipe *pipe);

/* Panics unless all due pipes are in their list; returns the pages of all rings. */
uint32_t pipes_audit(void);
