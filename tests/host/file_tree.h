/* The file server's tree in a pool of pages, for tests: what a server does around it. */
#pragma once

#include <stdint.h>

#include "servers/file/inode.h"
#include "servers/file/path.h"

enum { TREE_PAGES_MAX = 8192 };

extern uint32_t tree_time;    /* what file_now() says */
extern uint32_t tree_revoked; /* calls of pages_revoke() */
extern uint32_t tree_last_revoked;

/* An empty tree in so many pages; returns how many of them are free then. */
uint32_t tree_begin(uint32_t pages);

/* Panics unless all invariants hold and each page is somebody's, `others` of them the test's. */
void tree_audit(uint32_t others);

/* What was lost of files whose pages were lent is given back, as a client would until there is no more. */
void tree_settle(void);

/* By path from the root: what must succeed. What is removed is settled, too. */
struct inode *tree_find(const char *path);
struct inode *tree_make(const char *path, enum inode_kind kind);
void tree_remove(const char *path);

/* By path from the root: what the calls say. */
int tree_status(const char *path); /* path_find() */
int tree_create(const char *path, enum inode_kind kind);
int tree_link(const char *path, const char *other);
int tree_unlink(const char *path, enum directory_remove what);
int tree_rename(const char *from, const char *to);

/* A page of ours that a client gets. */
struct page_source tree_lend(struct inode *inode, uint32_t page);

/* All of a directory goes, and what is below it. */
void tree_clear(struct inode *directory);
