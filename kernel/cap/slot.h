/*
 * Slots: each holds one capability.
 *
 *        0         8       12        16 bytes
 *        | node    | value | object  |
 *
 * The low bits of `object` say the kind of capability, with one bit for each kind, so that one test
 * checks kind and right on the fast paths. An endpoint's slot has SLOT_CALL, SLOT_SIGNAL and
 * SLOT_RECEIVE according to its rights, a task's SLOT_TASK, a thread's SLOT_THREAD; the bits above are
 * the reference of the object (objects are 64-aligned and begin with the root of their capabilities).
 * A range (memory, ports, irqs, the log) has SLOT_RANGE, its kind in bits 6-7 and its count above;
 * `value` is the first of the range. An endpoint's `value` is the badge.
 *
 *   S1  object == 0 means empty; an empty slot is in no tree
 *   S2  node.flags are the slot's rights; a child's are a subset, a child's range lies inside
 *   S3  a badge that is not 0 is inherited by all derived capabilities, and is never changed
 *   S4  an object has one first-level capability, which its creator gets: the child of the root. When that slot is
 *       emptied, the object is destroyed
 *   S5  each frame of a memory capability has a record
 *
 * Slots are in the leaves of capability tables. A thread's endpoint, its handler, and each irq's
 * endpoint are slots, too, and are emptied like any other when the endpoint is destroyed.
 */
#pragma once

#include "kernel/mem/node.h"

struct slot {
    struct node node;
    uint32_t value;
    uint32_t object;
};

enum slot_bits {
    SLOT_CALL = RIGHT_CALL,
    SLOT_SIGNAL = RIGHT_SIGNAL,
    SLOT_RECEIVE = RIGHT_RECEIVE,
    SLOT_ENDPOINT = SLOT_CALL | SLOT_SIGNAL | SLOT_RECEIVE,
    SLOT_TASK = 8,
    SLOT_THREAD = 16,
    SLOT_RANGE = 32,
    SLOT_MEMORY = SLOT_RANGE | 0 << 6,
    SLOT_PORTS = SLOT_RANGE | 1 << 6,
    SLOT_IRQS = SLOT_RANGE | 2 << 6,
    SLOT_LOG = SLOT_RANGE | 3 << 6,
    SLOT_RANGE_COUNT_SHIFT = 8,
};
#define SLOT_OBJECT 0xffffffc0u /* the reference in `object`, unless that is a range */

ALWAYS_INLINE bool slot_is_empty(const struct slot *slot)
{
    return slot->object == 0;
}

/* Whether it is a range of that kind: SLOT_MEMORY, SLOT_PORTS, SLOT_IRQS or SLOT_LOG. */
ALWAYS_INLINE bool slot_is_range(const struct slot *slot, enum slot_bits kind)
{
    return (slot->object & 0xff) == (uint32_t)kind;
}

/* The reference of the object; not for ranges. */
ALWAYS_INLINE ref_t slot_object(const struct slot *slot)
{
    return slot->object & SLOT_OBJECT;
}

/* The number of elements in a range. */
ALWAYS_INLINE uint32_t slot_range_count(const struct slot *slot)
{
    return slot->object >> SLOT_RANGE_COUNT_SHIFT;
}

/* Whether `count` elements from `offset` on, relative to the range's first, are inside the range. */
ALWAYS_INLINE bool slot_range_contains(const struct slot *slot, uint32_t offset, uint32_t count)
{
    return offset < slot_range_count(slot) && count <= slot_range_count(slot) - offset;
}

/* Whether the slot has that kind (for an endpoint, one of the kinds in `kind`) and all of `rights`. */
ALWAYS_INLINE bool slot_has(const struct slot *slot, enum slot_bits kind, rights_t rights)
{
    bool same = kind & SLOT_RANGE ? slot_is_range(slot, kind) : slot->object & (uint32_t)kind;

    return same && !(rights & ~slot->node.flags);
}

/*
 * The head of every object; each kind of range has one, too. While NODE_REVOKING is set in `revoker`,
 * its other bits are the thread that set it, and `cursor` is the node with which this thread will continue.
 */
struct object {
    struct node caps; /* the root of its capabilities */
    ref_t revoker;    /* with the mark NODE_REVOKING: see node.h */
    uint32_t cursor;  /* by node_ref() */
};

/* The head of the object that the slot's capability names; of a range, the head of its kind. */
struct object *slot_object_head(const struct slot *slot);

/* Fills the empty `slot` with a first-level capability, a child of `root`: an object's first (S4), or one for a range.
 * `value` and `object` are stored in the slot. */
void slot_make(struct slot *slot, struct node *root, rights_t rights, uint32_t value, uint32_t object);

/* What a derived capability will be. */
struct derivation {
    rights_t rights;
    uint32_t value; /* endpoint: badge, 0 keeps the parent's; range: first, relative to the parent's first */
    uint32_t count; /* range: 0 means all from `value` on */
};

/* Whether that capability may be derived from `parent`: ERR_RIGHTS, ERR_ARG, ERR_DEPTH, ERR_DEAD; ERR_BUSY if a revoke
 * works in its tree. */
err_t slot_derive_check(const struct slot *parent, const struct derivation *derivation);

/* Makes the child in an empty slot, after slot_derive_check(); cannot fail. */
void slot_derive(struct slot *parent, struct slot *child, const struct derivation *derivation);

/* Empties the slots that descend from `top`, at most `*budget`, which it lowers; true when none is left. */
bool slot_revoke_step(struct node *top, unsigned *budget);

/* Empties a slot that has no descendants. If it has an object's first-level capability, begins the object's
 * destruction. */
void slot_empty(struct slot *slot);

/* Whether the object that the slot names is being destroyed. Defined in kernel/object/destroy.c. */
bool object_is_being_destroyed(const struct slot *slot);

/* Called after a slot was emptied. If it was a thread's `receives`, the thread cannot receive any more; long calls that
 * work with the slot will fail. Defined in kernel/object/destroy.c. */
void object_slot_emptied(struct slot *slot);

/* Begins the destruction of the object that `object` of a slot names; not for ranges. Defined in
 * kernel/object/destroy.c. */
void object_destroy_begin(uint32_t object);
