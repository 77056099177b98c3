/*
 * Derivation trees.
 *
 * A capability or mapping that was derived from another is its child. This code serves both kinds of tree (in seL4
 * capability derivation trees, in L4 the mapping database): capabilities (a node in each slot, the root in the object
 * or, for memory, ports, irqs and the log, in struct kernel), and mappings (a node for each page-table entry, in the
 * table's companion page, the root in the frame's record).
 *
 * A tree is a circular doubly linked list in preorder, with the depth of each node: the descendants
 * of a node are the deeper nodes that follow it.
 *
 *      root 0 -> a 1 -> b 2 -> c 2 -> d 3 -> e 1 -> (root)        b, c are a's children, d is c's
 *
 * Invariants, walked by node_audit():
 *   N1  the root, and nothing else in its list, has depth 0
 *   N2  from a node to the next, depth grows by at most one: every node's parent stands before it
 *   N3  a node's rights (flags) are a subset of its parent's, except for first-level nodes
 *   N4  a node that is in no list has next == 0
 * Bit 0 of the word after a root, NODE_REVOKING, is the tree's mark: it is set while the tree, or a part of it, is
 * being revoked. Nothing may then be derived in it (ERR_BUSY), so that revoking ends. NODE_CLEAR in the flags of a
 * frame's root says that the frame contains only zeros; the first mapping clears it.
 *
 * A subtree is always removed whole: no node ever gets another parent. The kernel lock guards every tree.
 */
#pragma once

#include "kernel/arch/arch.h"

/* `next` and `prev` count nodes (8 bytes) from the physmap's base: 27 bits reach 1 GiB. */
struct node {
    union {
        struct {
            uint32_t next : 27, depth : 5;
            uint32_t : 0;                  /* two words, each accessed on its own */
            uint32_t prev : 27, flags : 5; /* rights_t; in a root NODE_CLEAR */
        };
        struct {
            uint32_t forward, back; /* the same words, each with both of its fields */
        };
    };
} __attribute__((aligned(8)));

enum { NODE_DEPTH_MAX = 31, NODE_REVOKING = 1, NODE_CLEAR = 2, NODE_SHIFT = 27, NODE_REF = (1 << NODE_SHIFT) - 1 };

/* The node that a `next`, a `prev` or a result of node_ref() names. */
ALWAYS_INLINE struct node *node_at(uint32_t ref)
{
    return PHYSMAP(struct node, ref * sizeof(struct node));
}

ALWAYS_INLINE uint32_t node_ref(const struct node *node)
{
    return REF(node) / sizeof(struct node) - REF(PHYSMAP_BASE) / sizeof(struct node);
}

ALWAYS_INLINE struct node *node_next(const struct node *node)
{
    return node_at(node->next);
}

/* Makes a root without children or flags. The word after it, with its mark, is not touched. */
ALWAYS_INLINE void node_init_root(struct node *root)
{
    uint32_t self = node_ref(root);
    *root = (struct node){.next = self, .prev = self};
}

/* The word after a root, with its mark. */
ALWAYS_INLINE uint32_t *node_mark(struct node *root)
{
    return (uint32_t *)(root + 1);
}

/* Whether the tree of `root`, or a part of it, is being revoked. */
ALWAYS_INLINE bool node_is_being_revoked(const struct node *root)
{
    return *(const uint32_t *)(root + 1) & NODE_REVOKING;
}

/* Inserts `node` right after `before`. The caller has checked the depth, the rights and NODE_REVOKING. */
ALWAYS_INLINE void node_insert(struct node *before, struct node *node, unsigned depth, rights_t rights)
{
    struct node *after = node_at(before->next);
    *node = (struct node){.next = before->next, .depth = depth & 31, .prev = node_ref(before), .flags = rights & 31};
    after->prev = node_ref(node);
    before->next = node_ref(node);
}

/* Inserts `child` as the first child of `parent`, with the same conditions. */
ALWAYS_INLINE void node_insert_child(struct node *parent, struct node *child, rights_t rights)
{
    node_insert(parent, child, parent->depth + 1u, rights);
}

/* Whether a root has no child. */
ALWAYS_INLINE bool node_is_childless(const struct node *root)
{
    return node_at(root->prev) == root;
}

/* node_insert_child() for the child of a root, faster; `root` and `child` are from node_ref(). It clears the root's
 * flags, that is NODE_CLEAR. */
ALWAYS_INLINE void node_insert_first(uint32_t root, uint32_t child, rights_t rights)
{
    uint32_t next = node_at(root)->forward; /* its depth is 0 */

    node_at(child)->forward = next | 1u << NODE_SHIFT;
    node_at(child)->back = root | (uint32_t)rights << NODE_SHIFT;
    node_at(root)->forward = child;
    if (next != root)
        node_at(next)->back += child - root; /* its flags stay */
    else
        node_at(root)->back = child;
}

/* Takes a node without descendants out of its tree, and zeroes it. */
ALWAYS_INLINE void node_remove(struct node *node)
{
    uint32_t self = COMPUTED(node_ref(node));
    uint32_t before = COMPUTED(node->back & NODE_REF), after = COMPUTED(node->forward & NODE_REF);
    node_at(before)->forward += after - self; /* depth and flags stay */
    node_at(after)->back += before - self;
    *node = (struct node){0};
}

/* Whether a node has no descendants. */
ALWAYS_INLINE bool node_is_leaf(const struct node *node)
{
    return node_next(node)->forward <= (node->forward | NODE_REF); /* compares depths */
}

/* The first node without descendants in the subtree of `node`, which may be `node` itself; if not, the node right
 * before it is its parent. Subtrees are deleted leaf by leaf in this order, so that N2 always holds. */
ALWAYS_INLINE struct node *node_first_leaf(struct node *node)
{
    struct node *next;

    while ((next = node_next(node))->depth > node->depth)
        node = next;
    return node;
}

/* Whether `node` has at most `*budget` descendants. If so, subtracts their number from `*budget`; else that is
 * undefined. */
static inline __attribute__((noinline)) bool node_is_bounded(const struct node *node, unsigned *budget)
{
    for (const struct node *n = node_next(node); n->depth > node->depth; n = node_next(n))
        if ((*budget)-- == 0)
            return false;
    return true;
}
