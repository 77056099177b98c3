/*
 * The frames that become tasks. mem gives them one by one, each by a capability of its own, so they
 * need not be contiguous. When a task is gone, its frame is memory again and can become another task:
 * FRAMES_CACHED are cached for that, the others go back to mem.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    FRAMES_MAX = 544,
    FRAMES_CACHED = 8,
    SLOT_FRAMES = 2304, /* their capabilities: after those of the tasks */
};

/* Takes a frame; slot SLOT_FRAMES + number holds its capability. False: mem has no more. */
bool frame_pool_take(uint32_t *number);
void frame_pool_give(uint32_t number);
