/*
 * The derivation tree, compared with a model that keeps a parent number for every node.
 * sources: kernel/audit/node_audit.c
 */
#include "kernel/audit/audit.h"
#include "kernel/mem/node.h"
#include "tests/host/check.h"

enum { NODES = 40, STEPS = 200000, NONE = -2 };

static int parent[NODES]; /* the model: -1 first level, NONE not in the tree */
static rights_t rights[NODES];

static struct node *node(int i)
{
    return AT(struct node, PAGE_SIZE) + 1 + i;
}

static struct node *root(void)
{
    return AT(struct node, PAGE_SIZE);
}

static int depth(int i)
{
    int d = 1;
    for (int p = parent[i]; p >= 0; p = parent[p])
        d++;
    return d;
}

static bool descends(int i, int ancestor)
{
    for (int p = parent[i]; p >= 0; p = parent[p])
        if (p == ancestor)
            return true;
    return false;
}

static struct node *root_of(struct node *node)
{
    while (node->depth)
        node = node_next(node);
    return node;
}

static int subtree_size(int top)
{
    int count = 0;
    for (int i = 0; i < NODES; i++)
        count += parent[i] != NONE && descends(i, top);
    return count;
}

static void remove_subtree(int top)
{
    struct node *leaf;
    do {
        leaf = node_first_leaf(node(top));
        node_remove(leaf);
    } while (leaf != node(top));

    bool gone[NODES];
    for (int i = 0; i < NODES; i++)
        gone[i] = i == top || (parent[i] != NONE && descends(i, top));
    for (int i = 0; i < NODES; i++)
        if (gone[i])
            parent[i] = NONE;
}

static void compare(void)
{
    uint32_t count = 0;
    for (int i = 0; i < NODES; i++) {
        CHECK(node_in_tree(node(i)) == (parent[i] != NONE));
        if (parent[i] == NONE)
            continue;
        count++;
        CHECK(node(i)->depth == (unsigned)depth(i) && node(i)->flags == rights[i]);
        CHECK(root_of(node(i)) == root());
    }
    CHECK(node_audit(root()) == count);
}

static void insert(int i, int at)
{
    bool sibling = random_below(4) == 0;

    if (random_below(8) == 0) {
        rights[i] = (rights_t)random_below(32);
        node_insert_child(root(), node(i), rights[i]);
        parent[i] = -1;
    } else if (parent[at] != NONE && (sibling || depth(at) < NODE_DEPTH_MAX)) {
        rights[i] = (rights_t)(rights[at] & random_below(32));
        if (sibling)
            node_insert(node_at(node(at)->prev), node(i), node(at)->depth, rights[i]);
        else
            node_insert_child(node(at), node(i), rights[i]);
        parent[i] = sibling ? parent[at] : at;
    }
}

int main(void)
{
    node_init_root(root());
    for (int i = 0; i < NODES; i++)
        parent[i] = NONE;

    for (int step = 0; step < STEPS; step++) {
        int i = (int)random_below(NODES), at = (int)random_below(NODES);
        if (parent[i] == NONE) {
            insert(i, at);
        } else {
            unsigned bound = random_below(NODES);
            int left = (int)bound - subtree_size(i);
            CHECK(node_is_bounded(node(i), &bound) == (left >= 0) && (left < 0 || bound == (unsigned)left));
            CHECK(node_is_leaf(node_first_leaf(node(i))) && node_is_leaf(node(i)) == (subtree_size(i) == 0));
            if (random_below(3) == 0)
                remove_subtree(i);
        }
        compare();
    }
    printf("test_node: %d steps agree\n", STEPS);
}
