#include "servers/file/radix.h"

#include <assert.h>
#include <stddef.h>

#include "servers/file/records.h"

enum { BITS = 4, ENTRIES = 1 << BITS, HEIGHT_MAX = 8, FULL = (1 << ENTRIES) - 1 };

struct radix_node {
    uint16_t used, full;
    void *entries[ENTRIES];
};

static struct record_class nodes;

void radix_init(void)
{
    record_class_init(&nodes, sizeof(struct radix_node));
    nodes.is_unreserved = true;
}

static uint32_t entry_of(uint32_t number, uint32_t height)
{
    return number >> (height - 1) * BITS & (ENTRIES - 1);
}

/* Returns whether the tree is high enough for the number. */
static bool spans(const struct radix *tree, uint32_t number)
{
    return tree->height == HEIGHT_MAX || number >> tree->height * BITS == 0;
}

/* ----------------------------------------------------------------------------------------- adding */

/* Returns how many nodes are missing on the path to the lowest free number. */
static uint32_t shortfall(const struct radix *tree)
{
    const struct radix_node *node = tree->root;
    uint32_t height = tree->height;

    if (!node)
        return 1;
    if (node->full == FULL)
        return 1 + height;
    while (node && height > 1) {
        node = node->entries[__builtin_ctz(~(uint32_t)node->full)];
        height--;
    }
    return node ? 0 : height;
}

/* Makes so many nodes, linked by their first entries. Without memory for all, it makes none and returns false. */
static bool make_nodes(uint32_t count, struct radix_node **list)
{
    *list = NULL;
    for (uint32_t i = 0; i < count; i++) {
        struct radix_node *node = record_make(&nodes);
        if (!node) {
            for (struct radix_node *next; *list; *list = next) {
                next = (*list)->entries[0];
                record_free(&nodes, *list);
            }
            return false;
        }
        node->entries[0] = *list;
        *list = node;
    }
    return true;
}

static struct radix_node *take_node(struct radix_node **list)
{
    struct radix_node *node = *list;

    *list = node->entries[0];
    node->entries[0] = NULL;
    return node;
}

/* Adds a level if there is no free number. */
static void grow(struct radix *tree, struct radix_node **list)
{
    struct radix_node *old = tree->root;

    if (old && old->full != FULL)
        return;
    tree->root = take_node(list);
    tree->height++;
    if (old) {
        tree->root->entries[0] = old;
        tree->root->used = tree->root->full = 1;
    }
}

/* Marks full nodes along the path, from the bottom. */
static void note_full(struct radix_node *path[], uint32_t number, uint32_t height)
{
    for (uint32_t level = 1; level <= height; level++) {
        if (level > 1 && path[level - 1]->full != FULL)
            return;
        path[level]->full |= (uint16_t)(1u << entry_of(number, level));
    }
}

bool radix_add(struct radix *tree, void *value, uint32_t *number)
{
    struct radix_node *list, *path[HEIGHT_MAX + 1];

    if (!make_nodes(shortfall(tree), &list))
        return false;
    grow(tree, &list);
    struct radix_node *node = tree->root;
    *number = 0;
    for (uint32_t level = tree->height; level > 0; level--) {
        uint32_t entry = (uint32_t)__builtin_ctz(~(uint32_t)node->full);
        *number |= entry << (level - 1) * BITS;
        path[level] = node;
        if (!node->entries[entry])
            node->entries[entry] = level > 1 ? take_node(&list) : value;
        node->used |= (uint16_t)(1u << entry);
        node = node->entries[entry];
    }
    note_full(path, *number, tree->height);
    return true;
}

/* ----------------------------------------------------------------------------------------- removing */

/* Makes the tree as low as its greatest number allows. */
static void shrink(struct radix *tree)
{
    struct radix_node *root = tree->root;

    while (tree->height > 1 && root->used == 1) {
        tree->root = root->entries[0];
        tree->height--;
        record_free(&nodes, root);
        root = tree->root;
    }
    if (!root->used) {
        record_free(&nodes, root);
        *tree = (struct radix){NULL, 0};
    }
}

void radix_remove(struct radix *tree, uint32_t number)
{
    struct radix_node *path[HEIGHT_MAX + 1], *node = tree->root;
    bool empty = true;

    for (uint32_t level = tree->height; level > 0; level--) {
        path[level] = node;
        node = node->entries[entry_of(number, level)];
    }
    for (uint32_t level = 1; level <= tree->height; level++) {
        uint32_t entry = entry_of(number, level), bit = 1u << entry;
        path[level]->full &= (uint16_t)~bit;
        if (!empty)
            continue;
        if (level > 1)
            record_free(&nodes, path[level]->entries[entry]);
        path[level]->entries[entry] = NULL;
        path[level]->used &= (uint16_t)~bit;
        empty = !path[level]->used;
    }
    shrink(tree);
}

/* ----------------------------------------------------------------------------------------- finding */

void *radix_find(const struct radix *tree, uint32_t number)
{
    void *node = tree->root;

    if (!node || !spans(tree, number))
        return NULL;
    for (uint32_t level = tree->height; node && level > 0; level--)
        node = ((struct radix_node *)node)->entries[entry_of(number, level)];
    return node;
}

/* Climbs when a node has nothing from *number on. Returns the level at which the search continues, with *number where
 * it begins, or 0 at the end of the tree. */
static uint32_t climb(const struct radix *tree, uint32_t level, uint32_t *number)
{
    do {
        if (level == tree->height)
            return 0;
        level++;
    } while (entry_of(*number, level) == ENTRIES - 1);
    uint32_t shift = (level - 1) * BITS;
    *number = ((*number >> shift) + 1) << shift;
    return level;
}

/* Returns the first used entry of a node from *number on, with *number where it begins, or ENTRIES if there is none. */
static uint32_t next_entry(const struct radix_node *node, uint32_t level, uint32_t *number)
{
    uint32_t first = entry_of(*number, level), shift = (level - 1) * BITS;
    uint32_t rest = (uint32_t)node->used >> first << first;

    if (!rest)
        return ENTRIES;
    uint32_t entry = (uint32_t)__builtin_ctz(rest);
    if (entry != first)
        *number = ((*number >> shift) + entry - first) << shift;
    return entry;
}

void *radix_next(const struct radix *tree, uint32_t *number)
{
    struct radix_node *path[HEIGHT_MAX + 1];
    uint32_t level = tree->height;

    if (!tree->root || !spans(tree, *number))
        return NULL;
    path[level] = tree->root;
    while (level > 0) {
        uint32_t entry = next_entry(path[level], level, number);
        if (entry == ENTRIES)
            level = climb(tree, level, number);
        else if (level == 1)
            return path[1]->entries[entry];
        else {
            path[level - 1] = path[level]->entries[entry];
            level--;
        }
    }
    return NULL;
}

/* ----------------------------------------------------------------------------------------- audit */

static bool is_full(const struct radix_node *node, uint32_t level, uint32_t entry)
{
    return node->entries[entry] && (level == 1 || ((struct radix_node *)node->entries[entry])->full == FULL);
}

static void audit_node(const struct radix_node *node, uint32_t level)
{
    assert(node->used);
    for (uint32_t entry = 0; entry < ENTRIES; entry++) {
        assert((node->used >> entry & 1) == (node->entries[entry] != NULL));
        assert((node->full >> entry & 1) == is_full(node, level, entry));
    }
}

/* No node is empty, so every node is on the path to a value. */
uint32_t radix_audit(const struct radix *tree)
{
    uint32_t values = 0, number = 0;

    assert((tree->root != NULL) == (tree->height != 0));
    assert(tree->height <= 1 || tree->root->used != 1);
    for (const void *value; (value = radix_next(tree, &number)); number++) {
        const struct radix_node *node = tree->root;
        for (uint32_t level = tree->height; level > 0; level--) {
            audit_node(node, level);
            node = node->entries[entry_of(number, level)];
        }
        assert((const void *)node == value);
        values++;
    }
    return values;
}

uint32_t radix_audit_nodes(void)
{
    return record_audit(&nodes);
}
