/*
 * Capability tables, two levels.
 *
 *      leaves[256] ---> leaf: 256 slots of 16 bytes       index: 8 bits leaf, 8 bits slot
 *
 *   C1  every entry of `leaves` names a leaf, so that a lookup has no test for null; leaves that do
 *       not exist yet are all kernel.empty_leaf, which is never written
 *   C2  slot 0 is always empty
 *
 * A leaf is taken from the account of the table's task when one of its slots is first used.
 */
#pragma once

#include "kernel/cap/slot.h"
#include "kernel/mem/account.h"

enum { CSPACE_SLOTS = LEAF_COUNT * LEAF_SLOTS }; /* SLOT_COUNT on the real machine */

struct cspace {
    ref_t leaves[LEAF_COUNT];
    uint32_t leaves_count; /* of leaves other than kernel.empty_leaf, each a frame of the account */
};

ALWAYS_INLINE struct slot *cspace_slot(const struct cspace *cspace, uint32_t index)
{
    return AT(struct slot, cspace->leaves[index >> LEAF_BITS]) + (index & (LEAF_SLOTS - 1));
}

/* Makes an empty table, without a leaf of its own. */
void cspace_init(struct cspace *cspace, ref_t empty_leaf);

/* Why cspace_find() refused a slot: ERR_RIGHTS, or ERR_CAP if it is empty or of another kind. */
err_t cspace_refuse(const struct slot *slot, enum slot_bits kind);

/* Finds the slot at `index`, if it has one of the kinds in `kind` and all of `rights`: ERR_CAP,
 * ERR_RIGHTS. For ranges `kind` is SLOT_MEMORY, SLOT_PORTS, SLOT_IRQS or SLOT_LOG. */
ALWAYS_INLINE err_t cspace_find(const struct cspace *cspace, uint32_t index, enum slot_bits kind, rights_t rights,
                                struct slot **slot)
{
    if (index >= CSPACE_SLOTS)
        return ERR_CAP;
    *slot = COMPUTED(cspace_slot(cspace, index));
    return slot_has(*slot, kind, rights) ? OK : cspace_refuse(*slot, kind);
}

/* Finds `pages` frames of the memory capability at `index`, which must have all of `rights`: `*first`, relative to the
 * capability's first frame, becomes a frame number. ERR_CAP, ERR_RIGHTS; ERR_ARG if they are not all in its range. */
ALWAYS_INLINE err_t cspace_find_frames(const struct cspace *cspace, uint32_t index, rights_t rights, uint32_t pages,
                                       uint32_t *first)
{
    struct slot *slot;
    err_t err = cspace_find(cspace, index, SLOT_MEMORY, rights, &slot);

    if (err)
        return err;
    if (!slot_range_contains(slot, *first, pages))
        return ERR_ARG;
    *first = COMPUTED(*first + slot->value);
    return OK;
}

/* Finds the slot at `index`, with a capability of any kind: ERR_CAP if it is empty. */
err_t cspace_find_any(const struct cspace *cspace, uint32_t index, struct slot **slot);

/* Whether `index` can be a destination: ERR_ARG (slot 0, out of range), ERR_TAKEN. `*cost` becomes the number of frames
 * that cspace_open() will take for it, 0 or 1. */
err_t cspace_find_empty(const struct cspace *cspace, uint32_t index, ref_t empty_leaf, uint32_t *cost);

/* The slot at `index`, after cspace_find_empty(). Makes its leaf if that is missing: the account has the frame. */
struct slot *cspace_open(struct cspace *cspace, struct account *account, uint32_t index, ref_t empty_leaf);
