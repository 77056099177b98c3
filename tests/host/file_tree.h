/* The file server's tree in a pool of pages, for tests: what the server does around it. */
#pragma once

#include <stdint.h>

#include "servers/file/inode.h"
#include "servers/file/path.h"

enum { TREE_PAGES_MAX = 8192 };

extern uint32_t tree_time;    /* the result of file_now() */
extern uint32_t tree_revoked; /* calls of pages_revoke() */
extern uint32_t tree_last_revoked;

/* Makes an empty tree in so many pages; returns how many of them are then free. */
uint32_t tree_begin(uint32_t pages);

/* Panics unless all invariants hold and each page belongs to something; `others` pages belong to the test. */
void tree_audit(uint32_t others);

/* Frees the pages of removed files that were lent, as a client would, until there are no more. */
void tree_settle(void);

/* Operations by path from the root that must succeed. Removed files are settled, too. */
struct inode *tree_find(const char *path);
struct inode *tree_make(const char *path, enum inode_kind kind);
void tree_remove(const char *path);

/* Operations by path from the root; their results are those of the calls. */
int tree_status(const char *path); /* as path_find() */
int tree_create(const char *path, enum inode_kind kind);
int tree_link(const char *path, const char *other);
int tree_unlink(const char *path, enum directory_remove what);
int tree_rename(const char *from, const char *to);

/* Lends a page to a client. */
struct page_source tree_lend(struct inode *inode, uint32_t page);

/* Removes everything in a directory and below it. */
void tree_clear(struct inode *directory);
