/*
 * Endpoints: where calls and signals meet the threads that receive them.
 *
 *   E1  `receivers` (last in, first out) and `callers` (first in, first out) are never both
 *       non-empty
 *   E2  a thread in `receivers` is THREAD_RECEIVING, one in `callers` THREAD_CALLING
 *   E3  there are never both signal bits in `waiting` and receivers
 *   E4  while there are callers, ENDPOINT_CALLERS is set in `waiting`, so that a receiver looks at
 *       one word
 *
 * Signal bits are delivered before queued callers.
 */
#pragma once

#include "kernel/cap/slot.h"
#include "kernel/lib/link.h"

enum { ENDPOINT_SHIFT = 7 }; /* of a cell: a frame has 32 cells, as its record has 32 bits for them */

#define ENDPOINT_CALLERS (BADGE_MAX + 1) /* the bit above those of signals */

struct endpoint {
    struct object object;
    struct list receivers;
    struct list callers;
    struct link destroying; /* in kernel.destroying; zero: not being destroyed */
    uint32_t waiting;       /* signal bits, and ENDPOINT_CALLERS */
    ref_t task;             /* the endpoint's cell is in a frame of this task's account */
} __attribute__((aligned(1 << ENDPOINT_SHIFT)));

/* Sets `bits` at the endpoint; 0 changes nothing. A waiting receiver gets them at once and is ready. */
void endpoint_signal(struct endpoint *endpoint, uint32_t bits);

/* Ends the calls of queued callers and waiting receivers with ERR_DEAD, at most `*budget`, which it lowers; true when
 * none is left. A caller whose call is a fault is stopped. */
bool endpoint_fail_step(struct endpoint *endpoint, unsigned *budget);

_Static_assert(sizeof(struct endpoint) == 1 << ENDPOINT_SHIFT, "endpoints fill their cells");
