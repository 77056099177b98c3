/*
 * The entries of all directories. An entry is found by its name or, by readers of the directory, by its position:
 *
 *   buckets[hash of directory and name]  ->  entry  ->  entry       all directories' together
 *   directory->positions: radix tree     ->  entry
 *
 *   D1  an entry is in the chain of its name's bucket and at its position; no two of a directory have one name
 */
#pragma once

#include <stdint.h>

#include "servers/file/inode.h"

struct entry {
    struct entry *next; /* in its bucket */
    struct inode *directory, *inode;
    uint32_t hash, position;
    uint8_t length;
    char name[];
};

/* For new pages, before the first is taken. */
void entry_init(uint32_t secret);

/* Null: there is none. */
struct entry *entry_find(const struct inode *directory, const char *name, uint32_t length);

/* Adds a name that the directory does not have; the caller sets the inode. Null: no memory. */
struct entry *entry_add(struct inode *directory, const char *name, uint32_t length);

/* The caller updates the counts of the directory and the inode. */
void entry_remove(struct entry *entry);

/* Panics unless D1 holds for the directory; returns its number of entries. */
uint32_t entry_audit(const struct inode *directory);

/* Panics unless there are `entries` entries; returns the pages of all of them. */
uint32_t entry_audit_all(uint32_t entries);
