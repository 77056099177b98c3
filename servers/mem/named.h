/*
 * Named segments: shared memory of any size. A page gets a cleared frame when it is first touched.
 *
 *      units of 256 KiB:  NAMED_BASE |  A  |  A  |  B  | free | ..... | SHM_BASE
 *                                       |           |
 *                                    struct named   struct named        each in a page of the heap
 *                                       frames[] -> 1024 frames         or, of a small one, the frames themselves
 *
 * A segment is at the same address in every space that has it attached. In that space's page map its first page always
 * has an entry, with the number of attaches and the right to write; another page has an entry once it was touched in
 * that space.
 *
 *   N1  a segment has 2^n units, the least number that holds its pages, aligned by its size; no unit belongs to two
 *   N2  `holders` counts the spaces that have an entry for its first page; it is freed with the last one
 *   N3  each holder was promised all pages and all pages of the heap that the segment can need. So the first touch of a
 *       page finds a frame, whichever holder makes it, and nobody holds a segment at another's cost
 *   N4  no two have the same name; a segment without a name is found only by its address
 *   N5  frames before page `freed` were given back: then only the last space that holds the segment finds it
 */
#pragma once

#include <stdbool.h>

#include "kernel/abi/abi.h"
#include "servers/proto/layout.h"
#include "servers/proto/shm_format.h"

enum {
    NAMED_UNIT_SHIFT = 18,
    NAMED_UNITS = (int)((SHM_BASE - NAMED_BASE) >> NAMED_UNIT_SHIFT),
    NAMED_PAGES_MAX = (int)((SHM_BASE - NAMED_BASE) >> PAGE_BITS),
    NAMED_DIRECT = 960, /* a segment of at most that many pages has their frames in its own page */
};
_Static_assert(NAMED_UNITS == SHM_SEGMENTS_MAX, "each has a unit");

struct named {
    struct named *next; /* in the same bucket */
    uint32_t address, pages, holders, freed;
    uint32_t touched;   /* pages that have a frame */
    uint32_t unlimited; /* holders without a limit: units.h */
    bool others_read;
    uint32_t serial;               /* the number of segments made before it */
    char name[SHM_NAME_BYTES];     /* padded with zeros */
    uint32_t frames[NAMED_DIRECT]; /* frames plus 1, 0: not yet; or numbers plus 1 of heap pages with such entries */
};

void named_init(uint32_t secret);

static inline struct shm_status named_status(const struct named *segment)
{
    return (struct shm_status){segment->pages, segment->holders,
                               segment->others_read ? RIGHT_READ : RIGHT_READ | RIGHT_WRITE};
}

/* The segment of that name, padded to SHM_NAME_BYTES; null: none. */
struct named *named_find(const char *name);

static inline bool named_is_address(uint32_t address)
{
    return address - NAMED_BASE < SHM_BASE - NAMED_BASE;
}

/* The segment that begins at the address; the segment whose units contain the address; null: none. */
struct named *named_at(uint32_t address);
struct named *named_around(uint32_t address);

/* The units for a segment of `pages` pages (N1). */
uint32_t named_units(uint32_t pages);

/* The most heap pages that a segment of `pages` pages can need. */
uint32_t named_heap_pages(uint32_t pages);

/* Reserves a free range for 1 .. NAMED_PAGES_MAX pages; 0: there is none. named_free_range() frees it. */
uint32_t named_reserve_range(uint32_t pages);
void named_free_range(uint32_t address);

/* Makes a segment at a reserved range, without holders; its heap pages were promised. */
struct named *named_add(uint32_t address, uint32_t pages, const char *name);

/* Removes the name. */
void named_unlink(struct named *segment);

/* The frame of the page at that address; at its first touch a new, cleared one. */
uint32_t named_frame(uint32_t address);

/* Removes a holder. The last one frees its frames, as many as `most` allows; `*cost` counts them, as pages. False: some
 * are left, and the holder is not removed yet. */
bool named_drop(struct named *segment, uint32_t most, uint32_t *cost);

uint32_t named_count(void);

/* The first segment from unit *unit on; *unit moves behind it. Null: none up to there; false: there are no more. */
bool named_next(uint32_t *unit, const struct named **segment);

/* Panics unless N1 and N4 hold; returns how many frames the segments have. */
uint32_t named_audit(void);
