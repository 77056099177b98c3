/* What the parts of the model in file_model.h share. */
#pragma once

#include <stdbool.h>

#include "tests/host/file_tree.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
    NODES = 24,
    REGIONS = 5,
    REGION_BYTES = 2 * PAGE_SIZE,
    NONE = -1,
};

/* Numbered as here; the tree's inodes have the same numbers. */
extern struct node {
    bool is_used;
    enum inode_kind kind;
    uint32_t links, holders, size, number;
    int parent; /* of a directory: its parent, also one that was removed, until that is gone */
    unsigned char bytes[REGIONS][REGION_BYTES];
} nodes[NODES];
extern struct inode *inodes[NODES];

/* A node that is used; one that is not, or NONE. */
int node_any(void);
int node_free(void);

void node_add(int node, enum inode_kind kind, struct inode *inode);

/* The node has lost a link or a holder: forgets it if it has none left. */
void node_forget_unused(int node);

/* Whether an operation had the expected result. -ENOSPC is right only when memory is scarce. */
bool node_succeeded(int err, int expected);

/* Random operations: on names, on contents. */
void names_begin(void);
void names_step(void);
void contents_begin(void);
void contents_step(void);
