/*
 * The block map of a file: which page of ours has each page of its contents. As in an inode on disk, some entries are
 * direct, others indirect or doubly indirect.
 *
 *   direct[]   pages 0 .. 7
 *   table  ->  | 1,024 entries |                              the next 1,024
 *   top    ->  | tables |  ->  | 1,024 entries |  ...         all others
 *
 *   M1  an entry is a page that no other file has, or PAGE_NONE
 *   M2  there is no entry at or after the page where the file ends, and no table with only such entries
 *   M3  `pages` counts the entries that are not PAGE_NONE, tables, and the top
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "servers/file/pages.h"

enum {
    MAP_DIRECT = 8,
    CUT_PAGES = 192, /* the most given back by one message; of lent pages fewer: a quarter, or a few if many clients
                        have them */
};

struct block_map {
    uint32_t direct[MAP_DIRECT];
    uint32_t table, top;
    uint32_t pages;
};

/* Our page for that page of the file, or PAGE_NONE. */
uint32_t block_map_get(const struct block_map *map, uint32_t page);

/* Adds a page, contents arbitrary, where there is none; PAGE_NONE: no memory, nothing is changed. */
uint32_t block_map_add(struct block_map *map, uint32_t page);

/* Gives back pages from *end down to `keep`, and the tables that become empty, until pages_work is enough; false: more
 * are left before *end. */
bool block_map_cut(struct block_map *map, uint32_t *end, uint32_t keep);

/* Gives back all pages, however many; none may be lent. */
void block_map_destroy(struct block_map *map);

/* Panics unless M2 and M3 hold for a file that ends at page `end`; returns its pages. */
uint32_t block_map_audit(const struct block_map *map, uint32_t end);
