/*
 * Output of whole lines from many clients on one port.
 *
 * A client's bytes stay in its record until their line ends; then the line goes out in one piece, when
 * the ring of struct output has room. A line longer than LINE_MAX goes out in pieces. From the first
 * piece on its client is the `owner`, and all others wait until that line ends, or its client reads or is
 * released. A read or sync ends the line for which it would have to wait.
 *
 * lines_move() moves a bounded amount; then other calls are served, and lines_move() is called again.
 *
 * A line has PATIENCE_TICKS to end. Then its bytes so far go out, and others continue on a new row. A client
 * whose long line held others up for so long may own no line for the next HURRY_TICKS: so doing it on purpose
 * costs the others a 64th of their time.
 *
 *   L1  a client is queued exactly if it has bytes that may go out; the owner, if queued, goes
 *       first
 *   L2  `last` is the badge whose unfinished line is out; another's text starts a new
 *       line. If that client has ended, it is LINES_NOBODY, and the next writer continues the line
 *   L3  `timed` has the clients whose unfinished line has time left, in the order of their ticks; while there are any,
 *       proc sends ticks
 *   L4  nobody owns the line while `is_shared`
 *
 * Clients take turns, in the order in which their output became ready; a turn is the whole lines in LINE_MAX bytes.
 * Everything that a client wrote before a write that has its reply goes out in its next turn (C2): so if a client
 * writes because another has written, its output comes after the other's.
 */
#pragma once

#include "kernel/abi/abi.h"
#include "servers/console/client.h"
#include "servers/console/output.h"

enum { PATIENCE_TICKS = 10, HURRY_TICKS = 64 * PATIENCE_TICKS };
enum { LINES_NOBODY = BADGE_MAX + 1u };

struct lines {
    struct output output;
    uint32_t now;   /* at the last tick */
    uint32_t ticks; /* that arrived since the start */
    bool is_shared;
    struct client *owner;
    struct list queue, timed;
    uint32_t last;
    void (*drained)(struct client *client); /* called when a client has fewer bytes */
};

void lines_init(struct lines *lines, void (*drained)(struct client *client));

/* Adds at most LINE_MAX bytes to the client's output (C2). */
void lines_write(struct lines *lines, struct client *client, const char *text, uint32_t bytes);

/* Sends out the client's unfinished line. */
void lines_flush(struct lines *lines, struct client *client);

/* The client has ended, and all its output is out. */
void lines_end(struct lines *lines, uint32_t badge);

/* Takes the line from its owner; another client then begins a new line. With `for_long` nobody can own it until the
 * next call without. */
void lines_share(struct lines *lines, bool for_long);

/* Moves some lines to the ring, if there is room: true if there may be room for more. */
bool lines_move(struct lines *lines);

/* For a tick of 10 ms; earlier ticks may have been skipped while no line was timed. */
void lines_tick(struct lines *lines, uint32_t now);

static inline bool lines_are_timed(const struct lines *lines)
{
    return !list_is_empty(&lines->timed);
}

/* True if all that may go out is in the ring. */
bool lines_are_out(const struct lines *lines);

/* True if L1 holds for the client. */
bool lines_audit(const struct client *client);
