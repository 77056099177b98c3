#include "servers/console/lines.h"

#include <string.h>

void lines_init(struct lines *lines, void (*drained)(struct client *client))
{
    *lines = (struct lines){.drained = drained};
    lines->end = &lines->first;
    output_init(&lines->output);
}

/* How many of the client's bytes go out next, in one piece. */
static uint32_t next_piece(const struct client *client)
{
    if (client->used == 0)
        return 0;
    const char *newline = memchr(client->bytes, '\n', client->used);

    if (newline && newline - client->bytes < LINE_MAX)
        return (uint32_t)(newline - client->bytes) + 1;
    if (client->used >= LINE_MAX)
        return LINE_MAX;
    return client->flush ? client->used : 0;
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
    if (lines->last != client->badge && !output_is_clean(&lines->output))
        output_put(&lines->output, "\n", 1);
    lines->last = client->badge;
}

static void end_piece(struct lines *lines, struct client *client, bool whole)
{
    if (client->used == 0 && client->flush && !whole)
        output_show(&lines->output);
    lines->owner = whole || (client->flush && client->used == 0) ? 0 : client;
    if (client->used == 0)
        client->flush = false;
    if (next_piece(client) == 0)
        dequeue(lines, client);
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

void lines_write(struct lines *lines, struct client *client, const char *text, uint32_t bytes)
{
    memcpy(client->bytes + client->used, text, bytes);
    client->used += bytes;
    enqueue(lines, client);
    lines_move(lines);
}

void lines_flush(struct lines *lines, struct client *client)
{
    client->flush = client->used > 0;
    if (!client->flush && lines->owner == client)
        lines->owner = 0;
    if (!client->flush && lines->last == client->badge &&
        ring_room(&lines->output.ring) >= OUTPUT_ROOM(0))
        output_show(&lines->output);
    enqueue(lines, client);
    lines_move(lines);
}

void lines_cut(struct lines *lines)
{
    lines->owner = 0;
    lines_move(lines);
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
