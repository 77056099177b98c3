#include "kernel/cap/slot.h"

#include "kernel/cap/state.h"

struct object *slot_object_head(const struct slot *slot)
{
    if (slot->object & SLOT_RANGE)
        return range_object(slot->object);
    return AT(struct object, slot_object(slot));
}

void slot_make(struct slot *slot, struct node *root, rights_t rights, uint32_t value, uint32_t object)
{
    assert(slot_is_empty(slot));
    slot->value = value;
    slot->object = object;
    node_insert_child(root, &slot->node, rights);
}

static err_t check_value(const struct slot *parent, const struct derivation *d)
{
    if (parent->object & SLOT_RANGE)
        return slot_range_contains(parent, d->value, d->count) ? OK : ERR_ARG;
    if (!(parent->object & SLOT_ENDPOINT))
        return d->value || d->count ? ERR_ARG : OK;
    /* Without one of its three rights an endpoint's slot would have no kind. */
    if (d->count || d->value > BADGE_MAX || !(d->rights & SLOT_ENDPOINT))
        return ERR_ARG;
    return d->value && parent->value ? ERR_ARG : OK; /* S3 */
}

err_t slot_derive_check(const struct slot *parent, const struct derivation *d)
{
    if (d->rights & ~parent->node.flags)
        return ERR_RIGHTS;
    err_t err = check_value(parent, d);
    if (err)
        return err;
    if (parent->node.depth == NODE_DEPTH_MAX)
        return ERR_DEPTH;
    if (object_is_being_destroyed(parent))
        return ERR_DEAD;
    return node_is_being_revoked(&slot_object_head(parent)->caps) ? ERR_BUSY : OK;
}

void slot_derive(struct slot *parent, struct slot *child, const struct derivation *d)
{
    if (parent->object & SLOT_RANGE) {
        uint32_t count = d->count ? d->count : slot_range_count(parent) - d->value;
        child->value = parent->value + d->value;
        child->object = (parent->object & 0xff) | count << SLOT_RANGE_COUNT_SHIFT;
    } else if (parent->object & SLOT_ENDPOINT) {
        child->value = d->value ? d->value : parent->value;
        child->object = slot_object(parent) | (d->rights & SLOT_ENDPOINT);
    } else {
        child->value = 0;
        child->object = parent->object;
    }
    node_insert_child(&parent->node, &child->node, d->rights);
}

void slot_empty(struct slot *slot)
{
    bool first = slot->node.depth == 1 && !(slot->object & SLOT_RANGE);
    struct object *named = slot_object_head(slot);
    uint32_t object = slot->object;

    if (node_is_being_revoked(&named->caps) && named->cursor == node_ref(&slot->node))
        named->cursor = slot->node.next; /* a revoker in this tree would look at the emptied slot next */
    node_remove(&slot->node);
    slot->value = slot->object = 0;
    object_slot_emptied(slot);
    if (first)
        object_destroy_begin(object);
}

bool slot_revoke_step(struct node *top, unsigned *budget)
{
    struct node *leaf = node_first_leaf(top);

    while (leaf != top) {
        struct node *parent = node_at(leaf->prev);
        if (*budget == 0)
            return false;
        --*budget;
        slot_empty((struct slot *)leaf);
        leaf = node_first_leaf(parent);
    }
    return true;
}
