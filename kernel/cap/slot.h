/*
 * Slots: where capabilities are.
 *
 *        0         8       12        16 bytes
 *        | node    | value | object  |
 *
 * `object` says what kind of capability it is by bits of its own for each kind, so that one test
 * checks kind and right on the shortest paths: an endpoint's slot has SLOT_CALL, SLOT_SIGNAL and
 * SLOT_RECEIVE as its rights say; a task's SLOT_TASK, a thread's SLOT_THREAD; above them stands the
 * reference of the object (objects are 64-aligned and begin with the root of their capabilities). A
 * range (memory, ports, irqs, the log) has SLOT_RANGE, its kind in bits 6-7 and its count above;
 * `value` is then the first of them. An endpoint's `value` is the badge.
 *
 *   S1  object == 0 means empty; an empty slot is in no tree
 *   S2  node.flags are the slot's rights; a child's are a subset, a child's range lies inside
 *   S3  a badge, once given, stays along derivation
 *   S4  the first-level slot of an object is its maker's; with it the object dies
 *   S5  each frame of a memory capability has a record
 *
 * Slots are in the leaves of capability tables; a thread's endpoint, its handler, and each irq's
 * endpoint are slots of their own, emptied like any other when the endpoint dies.
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
    SLOT_COUNT_SHIFT = 8,
};
#define SLOT_OBJECT 0xffffffc0u

ALWAYS_INLINE bool slot_is_empty(const struct slot *slot)
{
    return slot->object == 0;
}

ALWAYS_INLINE bool slot_is_range(const struct slot *slot, enum slot_bits kind)
{
    return (slot->object & 0xff) == (uint32_t)kind;
}

ALWAYS_INLINE ref_t slot_object(const struct slot *slot)
{
    return slot->object & SLOT_OBJECT;
}

ALWAYS_INLINE uint32_t slot_count(const struct slot *slot)
{
    return slot->object >> SLOT_COUNT_SHIFT;
}

/* Whether `count` from `offset` on, counted from the range's first, are inside the range. */
ALWAYS_INLINE bool slot_reaches(const struct slot *slot, uint32_t offset, uint32_t count)
{
    return offset < slot_count(slot) && count <= slot_count(slot) - offset;
}

/* Whether the slot is of that kind, or of one of an endpoint's, and has all of `rights`. */
ALWAYS_INLINE bool slot_has(const struct slot *slot, enum slot_bits kind, rights_t rights)
{
    bool same = kind & SLOT_RANGE ? slot_is_range(slot, kind) : slot->object & (uint32_t)kind;

    return same && !(rights & ~slot->node.flags);
}

/*
 * What every object begins with, and what each kind of range has. While NODE_REVOKING is set in
 * `revoker`, that is the thread that set it, and `cursor` the next node that it looks at.
 */
struct object {
    struct node caps; /* the root of its capabilities */
    ref_t revoker;    /* its mark: see node.h */
    uint32_t cursor;  /* node_ref() */
};

/* The object that the slot's capability names, or that of its kind of range. */
struct object *slot_names(const struct slot *slot);

/* Makes `slot` the first capability of an object, or of a range: a child of `root`. */
void slot_make(struct slot *slot, struct node *root, rights_t rights, uint32_t value, uint32_t object);

/* What a derivation is to give, and its check: ERR_RIGHTS, ERR_ARG, ERR_DEPTH,
 * ERR_BUSY, ERR_DEAD. */
struct derivation {
    rights_t rights;
    uint32_t value; /* endpoint: badge, 0 keeps; range: first, counted from the parent's first */
    uint32_t count; /* range: 0 means all from `value` on */
};
err_t slot_derive_check(const struct slot *parent, const struct derivation *derivation);

/* The child in an empty slot. Checked before; cannot fail. */
void slot_derive(struct slot *parent, struct slot *child, const struct derivation *derivation);

/* Empties descendants of `top`, at most `*budget`, which it lowers; true when none is left. */
bool slot_revoke_step(struct node *top, unsigned *budget);

/* Empties a slot that has no descendants; if it was an object's first, the object begins to die. */
void slot_empty(struct slot *slot);

/* Whether the object that the slot names has begun to die. Defined in kernel/object/destroy.c. */
bool object_is_being_destroyed(const struct slot *slot);

/* A slot was emptied: a thread's own, which cannot receive any more, or that of unfinished calls. Defined in
 * kernel/object/destroy.c. */
void object_slot_lost(struct slot *slot);

/* Begins the death of the object a first-level slot names. Defined in kernel/object/destroy.c. */
void object_destroy_begin(uint32_t object);
