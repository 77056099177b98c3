#include "servers/mem/shm_table.h"

#include <assert.h>

#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/mem/kernel_calls.h"

enum { BUCKET_BITS_MIN = 10 };

static struct arena segments_arena, buckets_arena;
static struct segment *segments;
static uint32_t *buckets; /* the first segment's number + 1; 0: none */
static uint32_t bucket_bits;
static uint32_t multiplier;
static uint32_t count, numbers_used, free_number;

void shm_table_init(uint32_t secret)
{
    segments_arena = heap_arena(HEAP_SEGMENTS);
    buckets_arena = heap_arena(HEAP_BUCKETS);
    segments = (struct segment *)(void *)segments_arena.base;
    buckets = (uint32_t *)(void *)buckets_arena.base;
    bucket_bits = 0;
    multiplier = (0x9e3779b1u ^ secret << 1) | 1;
    count = numbers_used = 0;
    free_number = SEGMENT_NONE;
}

static uint32_t bucket_of(uint32_t id)
{
    return id * multiplier >> (32 - bucket_bits);
}

struct segment *shm_table_at(uint32_t number)
{
    return &segments[number];
}

uint32_t shm_table_find(uint32_t id)
{
    if (!count)
        return SEGMENT_NONE;
    uint32_t number = buckets[bucket_of(id)] - 1;
    while (number != SEGMENT_NONE && segments[number].id != id)
        number = segments[number].next;
    return number;
}

static void chain(uint32_t number)
{
    uint32_t *bucket = &buckets[bucket_of(segments[number].id)];

    segments[number].next = *bucket - 1;
    *bucket = number + 1;
}

static void unchain(uint32_t number)
{
    uint32_t *bucket = &buckets[bucket_of(segments[number].id)], next = segments[number].next;

    if (*bucket == number + 1) {
        *bucket = next + 1;
        return;
    }
    uint32_t before = *bucket - 1;
    while (segments[before].next != number)
        before = segments[before].next;
    segments[before].next = next;
}

/* Bucket b becomes 2b and 2b + 1, the highest first, so that none is overwritten before its turn.
 */
static void split_buckets(void)
{
    uint32_t old = 1u << bucket_bits++;

    while (old--) {
        uint32_t number = buckets[old] - 1;
        buckets[old] = 0;
        while (number != SEGMENT_NONE) {
            uint32_t next = segments[number].next;
            chain(number);
            number = next;
        }
    }
}

/* True when there are buckets; more of them than segments, if memory allows. */
static bool grow_buckets(void)
{
    if (bucket_bits && count < 1u << bucket_bits)
        return true;
    uint32_t bits = bucket_bits ? bucket_bits + 1 : BUCKET_BITS_MIN;
    if (!arena_grow(&buckets_arena, (uint32_t)sizeof(uint32_t) << bits))
        return bucket_bits != 0;
    if (bucket_bits)
        split_buckets();
    else
        bucket_bits = bits;
    return true;
}

static bool grow_segments(void)
{
    if (free_number != SEGMENT_NONE)
        return true;
    return numbers_used < SHM_PAGES &&
           arena_grow(&segments_arena, (numbers_used + 1) * (uint32_t)sizeof(struct segment));
}

static uint32_t take_number(void)
{
    uint32_t number = free_number;

    if (number == SEGMENT_NONE)
        return numbers_used++;
    free_number = segments[number].next;
    return number;
}

uint32_t shm_table_add(uint32_t id)
{
    assert(shm_table_find(id) == SEGMENT_NONE);
    if (!grow_buckets() || !grow_segments() || !frames_commit(1))
        return SEGMENT_NONE;

    uint32_t frame = frames_take(), number = take_number();
    err_t err = kernel_clear(frame);
    assert(err == OK);
    segments[number] = (struct segment){.id = id, .frame = frame};
    chain(number);
    count++;
    return number;
}

void shm_table_drop(uint32_t number)
{
    struct segment *segment = &segments[number];

    if (segment->holders > 1) {
        segment->holders--;
        return;
    }
    unchain(number);
    frames_drop(segment->frame);
    frames_uncommit(1);
    *segment = (struct segment){.next = free_number};
    free_number = number;
    count--;
}

uint32_t shm_table_count(void)
{
    return count;
}

void shm_table_check(void)
{
    uint32_t found = 0, free = 0;

    for (uint32_t bucket = 0; bucket_bits && bucket < 1u << bucket_bits; bucket++)
        for (uint32_t n = buckets[bucket] - 1; n != SEGMENT_NONE; n = segments[n].next) {
            assert(n < numbers_used && bucket_of(segments[n].id) == bucket);
            assert(segments[n].holders && shm_table_find(segments[n].id) == n);
            found++;
        }
    for (uint32_t n = free_number; n != SEGMENT_NONE; n = segments[n].next) {
        assert(segments[n].holders == 0);
        free++;
    }
    assert(found == count && found + free == numbers_used);
}
