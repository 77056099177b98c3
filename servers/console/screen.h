/*
 * Copies the log and the output, in their order, into the ring that the server `screen` reads. Without a
 * screen all of this does nothing.
 *
 * Nothing here waits, and whatever the server `screen` does to the ring harms only itself.
 */
#pragma once

#include <stdbool.h>

#include "servers/console/ring.h"

/* `endpoint_slot`'s badge is the signal that there is more of the log. */
void screen_init(uint32_t endpoint_slot);

/* After the log's signal; then some of what came: true if there may be more. */
void screen_acknowledge(void);
bool screen_log(void);

extern bool screen_is_there;
void screen_copy(const struct ring *output);

/* Of the output's ring what came into it since the last time, of which at most RING_BYTES. */
static inline void screen_follow(const struct ring *output)
{
    if (screen_is_there)
        screen_copy(output);
}
