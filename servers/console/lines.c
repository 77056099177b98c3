#include "servers/console/lines.h"

#include <string.h>

void lines_init(struct lines *lines, void (*drained)(struct client *client))
{
    *lines = (struct lines){.drained = drained};
    lines->end = &lines->first;
    output_init(&lines->output);
}

/* How many of the client's bytes go out in its next turn. */
static uint32_t next_piece(const struct client *client)
{
    uint32_t most = client->used < LINE_MAX ? client->used : LINE_MAX, whole = most;

    while (whole > 0 && client->bytes[whole - 1] != '\n')
        whole--;
    if (whole > 0)
        return whole;
    return most == LINE_MAX || client->flush ? most : 0;
}

static void enqueue(struct lines *lines, struct client *client)
{
    if (client->queued || next_piece(client) == 0)
        return;
    client->queued = true;
    client->next_queued = 0;
    *lines->end = client;
    lines->end = &client->next_queued;
}

static void dequeue(struct lines *lines, struct client *client)
{
    struct client **link = &lines->first;

    while (*link != client)
        link = &(*link)->next_queued;
    *link = client->next_queued;
    if (!client->next_queued)
        lines->end = link;
    client->queued = false;
}

/* A line of somebody else may be unfinished. */
static void start_piece(struct lines *lines, const struct client *client)
{
    if (lines->last != client->badge && !output_is_clean(&lines->output) && lines->last != LINES_NOBODY)
        output_put(&lines->output, "\n", 1);
    lines->last = client->badge;
}

/* Its long lines held others up not long ago. `now` may be older than the time: then it is hurried for longer. */
static bool is_hurried(const struct lines *lines, const struct client *client)
{
    return client->hurried && lines->now - client->held_up < HURRY_TICKS;
}

static void end_piece(struct lines *lines, struct client *client, bool whole)
{
    if (client->used == 0 && client->flush && !whole)
        output_show(&lines->output);
    bool may_own = !whole && !(client->flush && client->used == 0) && !is_hurried(lines, client);
    lines->owner = may_own ? client : 0;
    if (client->used == 0)
        client->flush = false;
    dequeue(lines, client);
    enqueue(lines, client); /* behind the others; as the owner it goes first all the same */
}

static void move_piece(struct lines *lines, struct client *client, uint32_t bytes)
{
    bool whole = client->bytes[bytes - 1] == '\n';

    start_piece(lines, client);
    output_put(&lines->output, client->bytes, bytes);
    client->used -= bytes;
    if (client->used > 0)
        memmove(client->bytes, client->bytes + bytes, client->used);
    end_piece(lines, client, whole);
    lines->drained(client);
}

void lines_move(struct lines *lines)
{
    for (;;) {
        struct client *client = lines->owner ? lines->owner : lines->first;
        if (!client || !client->queued)
            return;
        uint32_t bytes = next_piece(client);
        if (ring_room(&lines->output.ring) < OUTPUT_ROOM(bytes + 1))
            return;
        move_piece(lines, client, bytes);
    }
}

/* What comes behind a newline is a line of its own, with patience of its own. */
static void give_patience(struct lines *lines, struct client *client, const char *text, uint32_t bytes)
{
    if (bytes == 0 || (client->patience > 0 && !memchr(text, '\n', bytes)))
        return;
    client->patience = PATIENCE_TICKS;
    lines->are_timed = true;
}

void lines_write(struct lines *lines, struct client *client, const char *text, uint32_t bytes)
{
    memcpy(client->bytes + client->used, text, bytes);
    client->used += bytes;
    if (bytes > 0 && text[bytes - 1] == '\n')
        client->patience = 0;
    else
        give_patience(lines, client, text, bytes);
    enqueue(lines, client);
    lines_move(lines);
}

void lines_flush(struct lines *lines, struct client *client)
{
    client->flush = client->used > 0;
    client->patience = 0;
    if (!client->flush && lines->owner == client)
        lines->owner = 0;
    if (!client->flush && lines->last == client->badge &&
        ring_room(&lines->output.ring) >= OUTPUT_ROOM(0))
        output_show(&lines->output);
    enqueue(lines, client);
    lines_move(lines);
}

void lines_end(struct lines *lines, uint32_t badge)
{
    if (lines->last == badge)
        lines->last = LINES_NOBODY;
}

void lines_cut(struct lines *lines)
{
    lines->owner = 0;
    lines_move(lines);
}

/* The line has had its time. */
static void end_patience(struct lines *lines, struct client *client)
{
    bool others_wait = lines->first && (lines->first != client || client->next_queued);

    if (lines->owner == client) {
        lines->owner = 0;
        client->hurried = others_wait;
        client->held_up = lines->now;
    }
    lines_flush(lines, client);
}

void lines_tick(struct lines *lines, uint32_t now)
{
    struct client *client = 0;

    lines->now = now;
    lines->are_timed = false;
    while ((client = client_next_timed(client))) {
        if (--client->patience == 0)
            end_patience(lines, client);
        else
            lines->are_timed = true;
    }
}

bool lines_are_out(const struct lines *lines)
{
    return !lines->first;
}

bool lines_check(const struct lines *lines, const struct client *client)
{
    uint32_t found = 0;

    for (const struct client *c = lines->first; c; c = c->next_queued)
        found += c == client;
    return found == client->queued && client->queued == (next_piece(client) > 0);
}
