/*
 * The pools: runs of frames lent to the manager for kernel objects, each with a capability of its
 * own, of which the manager has a child.
 *
 *   O1  a pool in use has `pages` frames from `frame` on, all lent, and the capability in `slot`
 *   O2  one that is not has no pages
 */
#pragma once

#include "kernel/abi/abi.h"

enum {
    POOLS_MAX = 160,
    POOL_SMALL = 8, /* frames; a larger pool has at most a POOL_PART of what can still be promised */
    POOL_PART = 8,
};

struct pool {
    uint32_t slot, frame, pages;
};

void pools_init(void);

/* A new pool's number, or -EINVAL, -ENOMEM. */
int pools_make(uint32_t pages);

/* One in use, or null. */
const struct pool *pools_at(uint32_t number);

/* There are no objects in it any more: the frames are free again, and no capability names them. */
void pools_end(uint32_t number);
