#include "kernel/audit/audit.h"
#include "kernel/audit/normal.h"

static void audit_child(const struct slot *parent, const struct slot *child)
{
    if (child->object & SLOT_RANGE) {
        assert((child->object & 0xff) == (parent->object & 0xff));
        assert(child->value >= parent->value);
        assert(child->value + slot_range_count(child) <= parent->value + slot_range_count(parent));
    } else {
        assert(slot_object(child) == slot_object(parent));
        assert(!parent->value || child->value == parent->value);
    }
}

void slot_audit(const struct node *root)
{
    const struct slot *at[NODE_DEPTH_MAX + 1];

    node_audit(root);
    for (const struct node *n = node_next(root); n != root; n = node_next(n)) {
        const struct slot *slot = (const struct slot *)n;
        assert(!slot_is_empty(slot));
        if (slot->object & SLOT_ENDPOINT)
            assert((slot->object & SLOT_ENDPOINT) == (n->flags & SLOT_ENDPOINT));
        if (n->depth > 1)
            audit_child(at[n->depth - 1], slot);
        at[n->depth] = slot;
    }
}

/* After a revoke, the revoker and its cursor mean nothing any more. */
void object_normalise(struct object *object)
{
    if (!node_is_being_revoked(&object->caps))
        object->revoker = object->cursor = 0;
}
