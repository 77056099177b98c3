/*
 * A radix tree: values by small numbers. A new value gets the lowest free number. Four bits of the number choose
 * the entry in a node:
 *
 *   root, height 2:  | . . |                 numbers 0 .. 255
 *                      |  '-> height 1       numbers 16 .. 31: entries are the values
 *                      '----> height 1       numbers 0 .. 15
 *
 *   X1  `used` of a node has a bit for each entry that is not null, `full` one for each below which no number is free
 *   X2  no node is empty, and the root has more than its first entry unless its height is 1; an empty tree has no root
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct radix_node;

struct radix {
    struct radix_node *root;
    uint32_t height;
};

/* Forgets all trees. */
void radix_init(void);

/* Adds `value`, not null, under the lowest free number; false: no memory, nothing is changed. */
bool radix_add(struct radix *tree, void *value, uint32_t *number);

/* Frees a number that is in use. */
void radix_remove(struct radix *tree, uint32_t number);

/* Null: there is none. */
void *radix_find(const struct radix *tree, uint32_t number);

/* The value of the first number in use from *number on, which is stored in *number; null: there is none. */
void *radix_next(const struct radix *tree, uint32_t *number);

/* Panics unless X1 and X2 hold; returns the number of values. */
uint32_t radix_audit(const struct radix *tree);

/* The pages of all trees' nodes. */
uint32_t radix_audit_nodes(void);
