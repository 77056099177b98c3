#include "kernel/cap/cspace.h"

void cspace_init(struct cspace *cspace, ref_t empty_leaf)
{
    cspace->leaves[0] = empty_leaf;
    arch_copy_words(&cspace->leaves[1], &cspace->leaves[0], LEAF_COUNT - 1); /* copies each to the next one */
}

err_t cspace_find_any(const struct cspace *cspace, uint32_t index, struct slot **slot)
{
    if (index >= CSPACE_SLOTS)
        return ERR_CAP;
    *slot = cspace_slot(cspace, index);
    return slot_is_empty(*slot) ? ERR_CAP : OK;
}

err_t cspace_refuse(const struct slot *slot, enum slot_bits kind)
{
    return slot_has(slot, kind, 0) ? ERR_RIGHTS : ERR_CAP;
}

err_t cspace_find_empty(const struct cspace *cspace, uint32_t index, ref_t empty_leaf, uint32_t *cost)
{
    if (index == 0 || index >= CSPACE_SLOTS)
        return ERR_ARG;
    *cost = cspace->leaves[index >> LEAF_BITS] == empty_leaf;
    return slot_is_empty(cspace_slot(cspace, index)) ? OK : ERR_TAKEN;
}

struct slot *cspace_open(struct cspace *cspace, struct account *account, uint32_t index, ref_t empty_leaf)
{
    ref_t *leaf = &cspace->leaves[index >> LEAF_BITS];

    if (*leaf == empty_leaf) {
        *leaf = frame_ref(account_take(account, FRAME_LEAF));
        list_init(&frame_at(frame_number(*leaf))->bound);
        cspace->leaves_count++;
    }
    return cspace_slot(cspace, index);
}
