/*
 * The memory server's own memory, made of ordinary frames that it maps into itself.
 *
 *   base                                                        base + HEAP_BYTES
 *   | records of frames | segments | buckets of segments | frames of pages | slots | pages ...
 *   (arenas: they grow at their end, never move and never shrink)
 *
 *   H1  new memory of an arena is zero
 *   H2  a page on the list of free pages is zero except for the link in its first word, so that taking
 *       one costs nothing; who gives one back has zeroed it
 *   H3  the arena of frames has for each page its frame or, if that was given back, the number of the
 *       next absent page; the arena of slots has the next free slot
 *
 * The arenas and at most HEAP_KEPT free pages, which are kept, belong to the reserve (frames.h); a page
 * taken for a client is promised. The account of the server's task is refilled here, too.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernel/abi/abi.h"

enum {
    HEAP_RECORDS = 0, /* offsets of the arenas from the heap's base */
    HEAP_SEGMENTS = 16 << 20,
    HEAP_BUCKETS = 24 << 20,
    HEAP_FRAMES = 28 << 20,
    HEAP_SLOTS = 30 << 20,
    HEAP_PAGES = 32 << 20,
    HEAP_BYTES = 512 << 20,
    HEAP_KEPT = 64, /* free pages */
};

struct arena {
    unsigned char *base;
    uint32_t pages; /* mapped from the base on */
};

/* `base` is page-aligned, with nothing mapped from there on. */
void heap_init(void *base);

struct arena heap_arena(uint32_t offset);

/* True when the arena has at least `bytes`; false: no memory. */
bool arena_grow(struct arena *arena, uint32_t bytes);

/* A zeroed page; null: no memory. It is zeroed again by the caller before it is freed: H2. */
void *heap_page(void);
void heap_page_free(void *page);

/* The number of free pages that are kept. */
uint32_t heap_kept(void);

/* Pages of the heap by their number, for structures without room for a pointer. */
extern unsigned char *heap_pages;

static inline __attribute__((returns_nonnull)) void *heap_page_at(uint32_t number)
{
    return heap_pages + ((size_t)number << PAGE_BITS);
}

static inline uint32_t heap_page_number(const void *page)
{
    return (uint32_t)(((const unsigned char *)page - heap_pages) >> PAGE_BITS);
}

/* An empty slot of the server's capability table, which can be filled without more memory; 0: no
 * memory. And giving back an empty slot. */
uint32_t heap_new_slot(void);
void heap_slot_free(uint32_t slot);

/* Panics unless H2 and H3 hold; returns the frames that the server keeps for itself. */
uint32_t heap_audit(void);
