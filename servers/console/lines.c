#include "servers/console/lines.h"

#include <string.h>

/* The work done at a time: at most so many lines whose time is over, and so many bytes moved. Each piece counts as
 * PIECE bytes more. */
enum { ENDED_AT_ONCE = 4, MOVED_AT_ONCE = 256, PIECE = 32 };

void lines_init(struct lines *lines, void (*drained)(struct client *client))
{
    *lines = (struct lines){.drained = drained};
    list_init(&lines->queue);
    list_init(&lines->timed);
    output_init(&lines->output);
}

/* Returns how many of the client's bytes go out in its next turn. */
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
    if (!link_is_in(&client->turn) && next_piece(client) > 0)
        list_add(&lines->queue, &client->turn);
}

/* Another client's line may be unfinished. */
static void start_piece(struct lines *lines, const struct client *client)
{
    if (lines->last != client->badge && !output_is_clean(&lines->output) && lines->last != LINES_NOBODY)
        output_put(&lines->output, "\n", 1);
    lines->last = client->badge;
}

/* The client's long lines held others up recently. `now` may lag behind the real time; the client is then hurried for
 * longer. */
static bool is_hurried(const struct lines *lines, const struct client *client)
{
    return client->hurried && lines->now - client->delayed_others_at < HURRY_TICKS;
}

static void end_piece(struct lines *lines, struct client *client, bool whole)
{
    if (client->used == 0 && client->flush && !whole)
        output_show(&lines->output);
    bool may_own = !whole && !lines->is_shared && !(client->flush && client->used == 0) && !is_hurried(lines, client);
    lines->owner = may_own ? client : 0;
    if (client->used == 0)
        client->flush = false;
    link_leave(&client->turn);
    enqueue(lines, client); /* behind the others, but an owner still goes first */
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

/* Returns the bytes of the next piece, or 0 if there is none or no room for it. */
static uint32_t move_next(struct lines *lines)
{
    struct client *client = lines->owner ? lines->owner : FIRST_OF(&lines->queue, turn);

    if (!client || !link_is_in(&client->turn))
        return 0;
    uint32_t bytes = next_piece(client);
    if (ring_room(&lines->output.ring) < OUTPUT_ROOM(bytes + 1))
        return 0;
    move_piece(lines, client, bytes);
    return bytes;
}

static void take_time(struct client *client)
{
    if (link_is_in(&client->time))
        link_leave(&client->time);
}

/* Bytes behind a newline begin a new line, which gets its own time. */
static void give_time(struct lines *lines, struct client *client, const char *text, uint32_t bytes)
{
    if (bytes == 0 || (link_is_in(&client->time) && !memchr(text, '\n', bytes)))
        return;
    take_time(client);
    client->due = lines->ticks + PATIENCE_TICKS;
    list_add(&lines->timed, &client->time);
}

void lines_write(struct lines *lines, struct client *client, const char *text, uint32_t bytes)
{
    memcpy(client->bytes + client->used, text, bytes);
    client->used += bytes;
    if (bytes > 0 && text[bytes - 1] == '\n')
        take_time(client);
    else
        give_time(lines, client, text, bytes);
    enqueue(lines, client);
}

void lines_flush(struct lines *lines, struct client *client)
{
    client->flush = client->used > 0;
    take_time(client);
    if (!client->flush && lines->owner == client)
        lines->owner = 0;
    if (!client->flush && lines->last == client->badge && ring_room(&lines->output.ring) >= OUTPUT_ROOM(0))
        output_show(&lines->output);
    enqueue(lines, client);
}

void lines_end(struct lines *lines, uint32_t badge)
{
    if (lines->last == badge)
        lines->last = LINES_NOBODY;
}

void lines_share(struct lines *lines, bool for_long)
{
    lines->owner = 0;
    lines->is_shared = for_long;
}

/* The line's time is over. */
static void end_time(struct lines *lines, struct client *client)
{
    const struct list *queue = &lines->queue;
    bool at_most_one = list_first(queue) == queue->end.previous;
    bool others_wait = !at_most_one || (!list_is_empty(queue) && list_first(queue) != &client->turn);

    if (lines->owner == client) {
        lines->owner = 0;
        client->hurried = others_wait;
        client->delayed_others_at = lines->now;
    }
    lines_flush(lines, client);
}

/* All lines get the same time, so the first in the list is the first whose time is over. */
static bool is_any_due(const struct lines *lines)
{
    const struct client *client = FIRST_OF(&lines->timed, time);

    return client && (int32_t)(lines->ticks - client->due) >= 0;
}

static void end_times(struct lines *lines)
{
    for (uint32_t ended = 0; ended < ENDED_AT_ONCE && is_any_due(lines); ended++)
        end_time(lines, FIRST_OF(&lines->timed, time));
}

void lines_tick(struct lines *lines, uint32_t now)
{
    lines->now = now;
    lines->ticks++;
    end_times(lines);
}

bool lines_move(struct lines *lines)
{
    uint32_t moved = 0, bytes = 1;

    if (is_any_due(lines))
        end_times(lines);
    for (; bytes > 0 && moved < MOVED_AT_ONCE; moved += bytes + PIECE)
        bytes = move_next(lines);
    return bytes > 0 || is_any_due(lines);
}

bool lines_are_out(const struct lines *lines)
{
    return list_is_empty(&lines->queue);
}

bool lines_audit(const struct client *client)
{
    return link_is_whole(&client->turn) && link_is_whole(&client->time) &&
           link_is_in(&client->turn) == (next_piece(client) > 0);
}
