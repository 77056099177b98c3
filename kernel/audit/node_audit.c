#include "kernel/audit/audit.h"

#include "kernel/mem/node.h"

uint32_t node_audit(const struct node *root)
{
    rights_t rights_at[NODE_DEPTH_MAX + 1] = {RIGHT_ALL};
    uint32_t count = 0;
    const struct node *before = root;

    assert(root->depth == 0);
    for (const struct node *n = node_next(root); n != root; before = n, n = node_next(n), count++) {
        assert(n->depth > 0 && n->depth <= before->depth + 1u);
        assert(node_at(n->prev) == before);
        assert(n->depth == 1 || (n->flags & ~rights_at[n->depth - 1]) == 0);
        rights_at[n->depth] = (rights_t)n->flags;
    }
    assert(node_at(root->prev) == before);
    return count;
}
