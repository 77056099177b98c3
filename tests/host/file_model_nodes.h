/* The model of file_model.h: what its parts share. */
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

/* By their numbers here; the tree's inodes are at the same places. */
extern struct node {
    bool is_used;
    enum inode_kind kind;
    uint32_t links, holders, size, number;
    int parent; /* of a directory: also the former one, until that is gone */
    unsigned char bytes[REGIONS][REGION_BYTES];
} nodes[NODES];
extern struct inode *inodes[NODES];

/* One that is used; one that is not, or NONE. */
int node_any(void);
int node_free(void);

void node_add(int node, enum inode_kind kind, struct inode *inode);

/* It has lost a link or a holder. */
void node_forget_unused(int node);

/* Whether an operation found what it must; -ENOSPC only if there is little. */
bool node_succeeded(int err, int expected);

/* A random operation on names, on contents. */
void names_begin(void);
void names_step(void);
void contents_begin(void);
void contents_step(void);
