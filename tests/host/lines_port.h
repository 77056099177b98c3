/* The console's output, with a port that takes as much as the test says. */
#pragma once

#include <string.h>

#include "servers/console/lines.h"
#include "tests/host/check.h"

enum { OUT_MAX = 1 << 22 };

static struct lines lines;
static char out[OUT_MAX];
static uint32_t out_bytes, drained_calls;

static void drained(struct client *client)
{
    (void)client;
    drained_calls++;
}

static inline void start(void)
{
    clients_init();
    lines_init(&lines, drained);
    out_bytes = 0;
}

/* Moves as much as there is room for. */
static inline void move_all(void)
{
    while (lines_move(&lines))
        ;
}

/* The port takes at most `max` bytes. */
static inline void take(uint32_t max)
{
    struct ring *ring = &lines.output.ring;

    CHECK(ring_used(ring) <= RING_BYTES);
    for (; max > 0 && ring_used(ring) > 0; max--)
        out[out_bytes++] = ring_get(ring);
    move_all();
}

static inline void take_all(void)
{
    while (ring_used(&lines.output.ring) > 0)
        take(RING_BYTES);
}

static inline void say(uint32_t badge, const char *text)
{
    lines_write(&lines, client_get(badge), text, (uint32_t)strlen(text));
    move_all();
    CHECK(lines_audit(client_get(badge)));
}

static inline void flush(uint32_t badge)
{
    lines_flush(&lines, client_get(badge));
    move_all();
}

static inline void share(void)
{
    lines_share(&lines, false);
    move_all();
}

/* Fills the ring until only so much room is left. */
static inline void fill_ring_to(uint32_t room)
{
    while (ring_room(&lines.output.ring) > room)
        ring_put(&lines.output.ring, '-');
}
