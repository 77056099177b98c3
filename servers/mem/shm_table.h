/*
 * The numbered segments: a hash table from ids to segments.
 *
 *      bucket[] -> segment -> segment      chained by hash; each new segment adds a bucket
 *
 * A segment's number gives its address: it is at SHM_BASE + number pages in every space that has it
 * open. Each space's page map counts how often it has the segment open.
 *
 *   T1  a segment in use is in the chain of its id's bucket, and no two have the same id
 *   T2  `holders` counts the spaces that have it open; the segment is freed with the last one. Each holder
 *       was charged `price` frames for it, so nobody holds it at another's cost
 *   T3  numbers without a segment are in the free list; their holders are 0
 *   T4  all frames together pay for fewer opens than there are numbers, so a space that can pay always finds a number
 */
#pragma once

#include <stdbool.h>

#include "kernel/abi/abi.h"
#include "servers/proto/layout.h"

#define SEGMENT_NONE 0xffffffffu

struct segment {
    uint32_t id; /* the program's int */
    uint32_t frame;
    uint32_t holders;
    uint32_t next; /* in its chain or the free list: a number, or SEGMENT_NONE */
};

extern struct shm_table {
    struct segment *segments;
    uint32_t *buckets; /* the first segment's number + 1; 0: none */
    uint32_t buckets_count;
    uint32_t mask;       /* the least 2^n - 1 that covers all bucket numbers */
    uint32_t multiplier; /* odd; a hash is the upper bits of id * multiplier */
    uint32_t price;      /* frames that each holder is charged: T4; 1 if there are fewer frames than numbers */
} shm_table;

enum { HASH_SHIFT = 32 - 18 };
_Static_assert(SHM_PAGES <= 1u << (32 - HASH_SHIFT), "a bucket for each segment");

/* `secret` makes it hard to choose ids that fall into one bucket. */
void shm_table_init(uint32_t secret);

/* Linear hashing (Litwin 1980): segments of a bucket that does not exist yet are in the bucket from which it will
 * be split, the one without the upper bit. */
static inline uint32_t shm_table_bucket(uint32_t id)
{
    uint32_t bucket = id * shm_table.multiplier >> HASH_SHIFT & shm_table.mask;

    if (__builtin_expect(bucket >= shm_table.buckets_count, 0))
        bucket &= shm_table.mask >> 1;
    return bucket;
}

/* The number of the segment with that id, or SEGMENT_NONE. */
static inline uint32_t shm_table_find(uint32_t id)
{
    uint32_t number = shm_table.buckets[shm_table_bucket(id)] - 1;

    while (number != SEGMENT_NONE && shm_table.segments[number].id != id)
        number = shm_table.segments[number].next;
    return number;
}

/* Makes a segment, zeroed, without holders, whose page is charged already; SEGMENT_NONE: no memory. Not inlined, as
 * opening an existing segment is the frequent case. */
__attribute__((noinline)) uint32_t shm_table_add(uint32_t id);

static inline struct segment *shm_table_at(uint32_t number)
{
    return &shm_table.segments[number];
}

/* Removes the segment and all mappings of its page. */
void shm_table_remove(uint32_t number);

/* Removes a holder; with the last one, or without any, the segment goes. */
static inline void shm_table_drop(uint32_t number)
{
    if (shm_table_at(number)->holders > 1)
        shm_table_at(number)->holders--;
    else
        shm_table_remove(number);
}

uint32_t shm_table_count(void);

/* The first segment from *number on; *number moves behind it. Null: none up to there, as the search is bounded; false:
 * there are no more. */
bool shm_table_next(uint32_t *number, const struct segment **segment);

_Static_assert((SHM_BASE & -SHM_BASE) >> PAGE_BITS >= SHM_PAGES, "a segment's number is a part of its address");

static inline uint32_t shm_address(uint32_t number)
{
    return SHM_BASE | number << PAGE_BITS;
}

static inline uint32_t shm_number(uint32_t address)
{
    return (address - SHM_BASE) >> PAGE_BITS;
}

/* Panics unless T1, T3 hold. */
void shm_table_audit(void);
