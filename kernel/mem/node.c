#include "kernel/mem/node.h"

struct node *node_subtree_end(struct node *node, unsigned bound)
{
    struct node *last = node;

    for (struct node *n = node_next(node); n->depth > node->depth; n = node_next(n)) {
        if (bound-- == 0)
            return NULL;
        last = n;
    }
    return last;
}
