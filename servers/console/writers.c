#include "servers/console/writers.h"

#include "servers/console/events.h"
#include "servers/console/screen.h"
#include "servers/console/uart.h"

/* FIFOs filled and replies sent for one message, at most. */
enum { FILLS_MAX = 8, REPLIES_MAX = 8 };

struct lines lines;
static struct list writes, syncs, due;
static bool output_is_due;

void writers_forget(struct client *client)
{
    if (client != lines.owner)
        client_drop(client);
}

void writers_end(struct client *client)
{
    if (client->used == 0)
        lines_end(&lines, client->badge);
    writers_forget(client);
}

static bool has_room(const struct client *client)
{
    return client->used <= LINE_MAX && !lines.is_shared;
}

static void drained(struct client *client)
{
    struct words words = {{0, client->bytes_wanted}};

    if (client->waits == WAITS_WRITE && has_room(client))
        reply(client, 0, &words);
    if (client->ended)
        writers_end(client);
}

void writers_init(void)
{
    list_init(&writes);
    list_init(&syncs);
    list_init(&due);
    lines_init(&lines, drained);
}

int32_t writers_reply_to_write(struct client *client, struct caller caller, struct words *words)
{
    if (has_room(client)) {
        writers_forget(client);
        return 0;
    }
    list_add(&writes, &client->wait);
    return reply_later(client, caller, WAITS_WRITE, words->w[1]);
}

void writers_sync(struct client *client, struct caller caller)
{
    (void)reply_later(client, caller, WAITS_SYNC, 0);
    list_add(&syncs, &client->wait);
    lines_share(&lines, true);
}

static void end_syncs(void)
{
    uart_drain();
    list_join(&due, &syncs);
    list_join(&due, &writes);
    lines_share(&lines, false);
}

/* A write may still have no room. */
static void reply_due(struct client *client)
{
    struct words words = {{0, client->bytes_wanted}};

    if (client->waits == WAITS_SYNC || has_room(client)) {
        reply(client, 0, &words);
        writers_forget(client);
    } else {
        link_leave(&client->wait);
        list_add(&writes, &client->wait);
    }
}

static void reply_some(void)
{
    for (uint32_t n = 0; n < REPLIES_MAX && !list_is_empty(&due); n++)
        reply_due(FIRST_OF(&due, wait));
}

/* Returns true if the port takes no more now. */
static bool fill_port(struct ring *ring)
{
    for (int fills = 0; fills < FILLS_MAX && ring_used(ring) > 0; fills++) {
        if (!uart_can_put())
            return true;
        for (int n = 0; n < UART_FIFO && ring_used(ring) > 0; n++)
            uart_put(ring_get(ring));
    }
    return false;
}

/* A full port raises an interrupt when it has room again. Other work must not wait for that interrupt, because the
 * port may not exist. When a burst is over, the output does not wait for it either, but is due. */
void writers_transmit(void)
{
    struct ring *ring = &lines.output.ring;
    bool more = lines_move(&lines);

    screen_follow(ring);
    bool is_full = fill_port(ring), is_empty = ring_used(ring) == 0;
    bool waits = is_full && !uart_burst_is_over();
    uart_want_room(waits);
    output_is_due = more || !(waits || is_empty);
    if (lines.is_shared && is_empty && !more)
        end_syncs();
    reply_some();
    if (lines_are_timed(&lines))
        events_want_ticks();
}

void writers_transmit_later(void)
{
    output_is_due |= ring_used(&lines.output.ring) > 0 || !lines_are_out(&lines);
}

bool writers_are_due(void)
{
    return output_is_due || !list_is_empty(&due);
}
