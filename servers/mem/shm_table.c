#include "servers/mem/shm_table.h"

#include <assert.h>

#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/mem/kernel_calls.h"

enum { BUCKET_BITS_MIN = 10 };

struct shm_table shm_table;

static struct arena segments_arena, buckets_arena;
static uint32_t no_buckets[2]; /* until the first segment: bucket_bits is 1 */
static uint32_t bucket_bits;
static uint32_t count, numbers_used, free_number;

static void use_buckets(uint32_t *buckets, uint32_t bits)
{
    bucket_bits = bits;
    shm_table.buckets = buckets;
    shm_table.shift = 32 - bits;
}

void shm_table_init(uint32_t secret)
{
    segments_arena = heap_arena(HEAP_SEGMENTS);
    buckets_arena = heap_arena(HEAP_BUCKETS);
    shm_table.segments = (struct segment *)(void *)segments_arena.base;
    shm_table.multiplier = (0x9e3779b1u ^ secret << 1) | 1;
    use_buckets(no_buckets, 1);
    count = numbers_used = 0;
    free_number = SEGMENT_NONE;
}

static uint32_t bucket_of(uint32_t id)
{
    return id * shm_table.multiplier >> shm_table.shift;
}

static void chain(uint32_t number)
{
    uint32_t *bucket = &shm_table.buckets[bucket_of(shm_table_at(number)->id)];

    shm_table_at(number)->next = *bucket - 1;
    *bucket = number + 1;
}

static void unchain(uint32_t number)
{
    uint32_t *bucket = &shm_table.buckets[bucket_of(shm_table_at(number)->id)];
    uint32_t next = shm_table_at(number)->next;

    if (*bucket == number + 1) {
        *bucket = next + 1;
        return;
    }
    uint32_t before = *bucket - 1;
    while (shm_table_at(before)->next != number)
        before = shm_table_at(before)->next;
    shm_table_at(before)->next = next;
}

/* Bucket b becomes 2b and 2b + 1, the highest first: none is overwritten before its turn. */
static void split_buckets(void)
{
    uint32_t old = 1u << bucket_bits;

    use_buckets(shm_table.buckets, bucket_bits + 1);
    while (old--) {
        uint32_t number = shm_table.buckets[old] - 1;
        shm_table.buckets[old] = 0;
        while (number != SEGMENT_NONE) {
            uint32_t next = shm_table_at(number)->next;
            chain(number);
            number = next;
        }
    }
}

/* False: no memory for the first buckets. Later ones are only for speed. */
static bool grow_buckets(void)
{
    bool first = shm_table.buckets == no_buckets;
    uint32_t bits = first ? BUCKET_BITS_MIN : bucket_bits + 1;

    if (!first && count < 1u << bucket_bits)
        return true;
    if (!arena_grow(&buckets_arena, (uint32_t)sizeof(uint32_t) << bits))
        return !first;
    if (first)
        use_buckets((uint32_t *)(void *)buckets_arena.base, bits);
    else
        split_buckets();
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
    free_number = shm_table_at(number)->next;
    return number;
}

uint32_t shm_table_add(uint32_t id)
{
    assert(shm_table_find(id) == SEGMENT_NONE);
    if (!grow_buckets() || !grow_segments())
        return SEGMENT_NONE;

    uint32_t frame = frames_take(), number = take_number();
    err_t err = kernel_clear(frame);
    assert(err == OK);
    *shm_table_at(number) = (struct segment){.id = id, .frame = frame};
    chain(number);
    count++;
    return number;
}

/* The last holder's page goes with it. */
static void free_frame(uint32_t frame)
{
    err_t err = kernel_revoke(frame);

    assert(err == OK);
    frames_drop(frame);
}

void shm_table_remove(uint32_t number)
{
    struct segment *segment = shm_table_at(number);

    unchain(number);
    free_frame(segment->frame);
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

    for (uint32_t bucket = 0; bucket < 1u << bucket_bits; bucket++)
        for (uint32_t n = shm_table.buckets[bucket] - 1; n != SEGMENT_NONE;
             n = shm_table_at(n)->next) {
            assert(n < numbers_used && bucket_of(shm_table_at(n)->id) == bucket);
            assert(shm_table_at(n)->holders && shm_table_find(shm_table_at(n)->id) == n);
            found++;
        }
    for (uint32_t n = free_number; n != SEGMENT_NONE; n = shm_table_at(n)->next) {
        assert(shm_table_at(n)->holders == 0);
        free++;
    }
    assert(found == count && found + free == numbers_used);
}
