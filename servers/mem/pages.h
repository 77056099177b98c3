/*
 * The page map of a space: a two-level map from addresses to entries.
 *
 *      directory[768] -> leaf of 1024 entries          an entry for 4 KiB, a leaf for 4 MiB
 *
 * A directory word is 0, PAGES_WHOLE (4 MiB of untouched anonymous pages, without a leaf), or a
 * leaf: the number of its heap page in bits 15-31, PAGES_LEAF, and the groups of entries that may be
 * in use: the first in bits 0-5, the last in bits 6-11.
 *
 *   G1  an entry is 0 or has exactly one of PAGE_ZERO, PAGE_FRAME, PAGE_ARCHIVE, PAGE_SHM, PAGE_FOREIGN
 *   G2  PAGE_MAPPED is set if the task has a mapping there with the rights page_rights(); for a foreign page, if it
 *       may have a mapping, with at most these rights
 *   G3  there are no entries before the first group or after the last
 *   G4  `used` has a bit for each directory word that is not 0
 *   G5  PAGE_COW comes with PAGE_FRAME and PAGE_WRITE: the page may be written, after a fault has made
 *       it private
 *   G6  a page may be written or executed, not both; a page with PAGE_NO_READ neither, and it has no mapping
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernel/abi/abi.h"
#include "servers/mem/heap.h"

enum {
    PAGE_VALUE = (1 << 20) - 1, /* a frame, an archive page, or a count of opens */
    PAGE_ZERO = 1 << 20,        /* zeros, nothing mapped yet */
    PAGE_FRAME = 1 << 21,       /* private to the space, except for copy on write */
    PAGE_ARCHIVE = 1 << 22,     /* mapped from the archive, or with PAGE_WRITE to be copied from it */
    PAGE_SHM = 1 << 23,         /* a shared segment, with the number of times it is open */
    PAGE_WRITE = 1 << 24,
    PAGE_EXECUTE = 1 << 25,
    PAGE_RIGHTS_SHIFT = 23,  /* turns these two into RIGHT_WRITE and RIGHT_EXECUTE */
    PAGE_COW = 1 << 26,      /* G5 */
    PAGE_ANON = 1 << 27,     /* mapped by mmap: munmap may remove it */
    PAGE_FIRST = PAGE_ANON,  /* with PAGE_SHM: a named segment's first page, with the number of attaches */
    PAGE_MAPPED = 1 << 28,   /* G2 */
    PAGE_NO_WRITE = 1 << 29, /* with PAGE_WRITE: mprotect has taken that right */
    PAGE_NO_READ = 1 << 30,  /* mprotect has taken all rights: nothing is mapped */
    PAGE_PROTECTED = PAGE_NO_WRITE | PAGE_NO_READ,
};
#define PAGE_FOREIGN         0x80000000u /* granted and taken back by another server; not our page */
#define PAGE_KINDS           (PAGE_ZERO | PAGE_FRAME | PAGE_ARCHIVE | PAGE_SHM | PAGE_FOREIGN)
#define ENTRY_FOREIGN        (PAGE_FOREIGN | PAGE_MAPPED | PAGE_ANON) /* and PAGE_WRITE */
#define ENTRY_FOREIGN_HIDDEN (PAGE_FOREIGN | PAGE_ANON | PAGE_NO_READ)

enum {
    LEAF_SHIFT = 22,
    LEAF_ENTRIES = 1 << (LEAF_SHIFT - PAGE_BITS),
    GROUP_ENTRIES = 16,
    GROUP_SHIFT = PAGE_BITS + 4,
    GROUP_MASK = 63,
    GROUP_LAST_SHIFT = 6,
    PAGES_LEAF = 1 << 12,
    PAGES_WHOLE = 1 << 13,
    PAGES_NUMBER_SHIFT = 15,
    DIRECTORY_ENTRIES = USER_END >> LEAF_SHIFT,
    ENTRY_ANON = PAGE_ZERO | PAGE_WRITE | PAGE_ANON,
    LEAVES_AT_ONCE = 32, /* the most empty leaves that a step skips */
};

struct page_map {
    uint32_t used_words; /* a bit for each word of `used` that is not 0 */
    uint32_t used[DIRECTORY_ENTRIES / 32];
    uint32_t directory[DIRECTORY_ENTRIES];
};

/* The rights of an entry's mapping. */
static inline rights_t page_rights(uint32_t entry)
{
    rights_t rights = RIGHT_READ | (entry >> PAGE_RIGHTS_SHIFT & (RIGHT_WRITE | RIGHT_EXECUTE));

    if (entry & (PAGE_NO_WRITE | PAGE_COW))
        rights &= ~(rights_t)RIGHT_WRITE;
    return entry & PAGE_NO_READ ? 0 : rights;
}

/* The word with the entry for `address` in the leaf that a directory word names. */
static inline uint32_t *pages_entry(uint32_t word, uint32_t address)
{
    uint32_t *leaf = heap_page_at(word >> PAGES_NUMBER_SHIFT);
    uint32_t *entry = leaf + ((address >> PAGE_BITS) & (LEAF_ENTRIES - 1));

    if (!entry)
        __builtin_unreachable(); /* a caller that tests for a leaf need not test this, too */
    return entry;
}

/* The word with the entry for `address`, or null if there is no leaf. */
static inline uint32_t *pages_find(const struct page_map *map, uint32_t address)
{
    uint32_t word = map->directory[address >> LEAF_SHIFT];

    if (!(word & PAGES_LEAF))
        return NULL;
    return pages_entry(word, address);
}

/* The entry of `address`, 0 if there is none. */
static inline uint32_t pages_get(const struct page_map *map, uint32_t address)
{
    const uint32_t *entry = pages_find(map, address);

    if (entry)
        return *entry;
    return map->directory[address >> LEAF_SHIFT] == PAGES_WHOLE ? ENTRY_ANON : 0;
}

/* True if the directory word of `address` has a leaf in which there may be an entry for it. */
static inline bool pages_spans(uint32_t word, uint32_t address)
{
    uint32_t group = address >> GROUP_SHIFT & GROUP_MASK;

    return word & PAGES_LEAF && group >= (word & GROUP_MASK) && group <= (word >> GROUP_LAST_SHIFT & GROUP_MASK);
}

/* pages_open() if there is no leaf yet, or none that spans the address. */
uint32_t *pages_open_wider(struct page_map *map, uint32_t address);

/* The word for an entry, which the caller fills. If a leaf is needed, it was promised before. */
static inline uint32_t *pages_open(struct page_map *map, uint32_t address)
{
    uint32_t word = map->directory[address >> LEAF_SHIFT];

    if (!pages_spans(word, address))
        return pages_open_wider(map, address);
    return pages_entry(word, address);
}

/* Successive pages with entries, all in one leaf, or in 4 MiB without a leaf: then `entries` is
 * null and each page's entry is ENTRY_ANON. */
struct page_run {
    uint32_t address, pages, *entries;
};

static inline uint32_t run_entry(const struct page_run *run, uint32_t i)
{
    return run->entries ? run->entries[i] : ENTRY_ANON;
}

static inline uint32_t run_end(const struct page_run *run)
{
    return run->address + (run->pages << PAGE_BITS);
}

/* The first pages with entries in address .. end; false: there are none. Empty leaves, and empty
 * groups at the ends of a leaf, are forgotten, so that they are not searched again. */
bool pages_next(struct page_map *map, uint32_t address, uint32_t end, struct page_run *run);

/* The same, but skips at most `leaves` empty leaves: then false, and *address, below `end`, is where to continue. */
bool pages_next_near(struct page_map *map, uint32_t *address, uint32_t end, uint32_t leaves, struct page_run *run);

/* Gives `pages` free pages that entry: ENTRY_ANON, or ENTRY_FOREIGN. */
void pages_reserve(struct page_map *map, uint32_t address, uint32_t pages, uint32_t entry);

/* Makes a leaf if necessary, so that pages_remove() can begin or end at the address. */
void pages_split(struct page_map *map, uint32_t address);

/* Removes the entries of a run found by pages_next(), or of its beginning. */
void pages_remove(struct page_map *map, const struct page_run *run);

/* Searches from *address on, at the cost of at most `most` entries. True: `pages` successive pages up to `end` are
 * free, from *address on. False: *address is where to continue, or behind the last possible one if there is none. */
bool pages_find_hole(struct page_map *map, uint32_t *address, uint32_t end, uint32_t pages, uint32_t most);

/* Frees the leaves, which have no entries any more. */
void pages_destroy(struct page_map *map);

/* Panics unless G1, G3..G5 hold; returns the number of leaves. */
uint32_t pages_audit(const struct page_map *map);
