/*
 * Copies the log and the output, in their order, into the ring that the server `screen` reads. Without a
 * screen all of this does nothing.
 *
 * Nothing here waits, and whatever the server `screen` does to the ring harms only itself.
 */
#pragma once

#include <stdbool.h>

#include "servers/console/ring.h"

/* The badge of `endpoint_slot` is the signal that the log has more text. */
void screen_init(uint32_t endpoint_slot);

/* screen_acknowledge() follows the log's signal; screen_log() copies some of the text: true if there may be more. */
void screen_acknowledge(void);
bool screen_log(void);

extern bool screen_is_there;
void screen_copy(const struct ring *output);

/* Copies what came into the output's ring since the last call, at most RING_BYTES. */
static inline void screen_follow(const struct ring *output)
{
    if (screen_is_there)
        screen_copy(output);
}
