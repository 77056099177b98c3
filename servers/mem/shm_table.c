#include "servers/mem/shm_table.h"

#include <assert.h>

#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/mem/kernel_calls.h"

enum { BUCKETS_MIN = 1024 };

struct shm_table shm_table;

static struct arena segments_arena, buckets_arena;
static uint32_t no_buckets[1]; /* until the first segment */
static uint32_t count, numbers_used, free_number;

static void use_buckets(uint32_t *buckets, uint32_t buckets_count)
{
    shm_table.buckets = buckets;
    shm_table.buckets_count = buckets_count;
    shm_table.mask = buckets_count - 1;
}

void shm_table_init(uint32_t secret)
{
    segments_arena = heap_arena(HEAP_SEGMENTS);
    buckets_arena = heap_arena(HEAP_BUCKETS);
    shm_table.segments = (struct segment *)(void *)segments_arena.base;
    shm_table.price = frames_account.limit / SHM_PAGES + 1;
    shm_table.multiplier = (0x9e3779b1u ^ secret << 1) | 1;
    use_buckets(no_buckets, 1);
    count = numbers_used = 0;
    free_number = SEGMENT_NONE;
}

static void chain(uint32_t number)
{
    uint32_t *bucket = &shm_table.buckets[shm_table_bucket(shm_table_at(number)->id)];

    shm_table_at(number)->next = *bucket - 1;
    *bucket = number + 1;
}

static void unchain(uint32_t number)
{
    uint32_t *bucket = &shm_table.buckets[shm_table_bucket(shm_table_at(number)->id)];
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

/* Makes the next bucket, and moves its segments from the bucket that had them. */
static void split_bucket(void)
{
    uint32_t added = shm_table.buckets_count++;

    if (added > shm_table.mask)
        shm_table.mask = 2 * shm_table.mask + 1;
    uint32_t *bucket = &shm_table.buckets[added & shm_table.mask >> 1], number = *bucket - 1;
    *bucket = 0;
    while (number != SEGMENT_NONE) {
        uint32_t next = shm_table_at(number)->next;
        chain(number);
        number = next;
    }
}

/* False: no memory for the first buckets. Later ones are only for speed. */
static bool grow_buckets(void)
{
    if (shm_table.buckets == no_buckets) {
        if (!arena_grow(&buckets_arena, sizeof(uint32_t) * BUCKETS_MIN))
            return false;
        use_buckets((uint32_t *)(void *)buckets_arena.base, BUCKETS_MIN);
    } else if (count >= shm_table.buckets_count &&
               arena_grow(&buckets_arena, (uint32_t)sizeof(uint32_t) * (shm_table.buckets_count + 1))) {
        split_bucket();
    }
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

/* Frees the segment's page after its last holder. */
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

bool shm_table_next(uint32_t *number, const struct segment **segment)
{
    enum { LOOKED_AT = 1024 };
    uint32_t end = *number + LOOKED_AT;

    *segment = NULL;
    if (*number >= numbers_used)
        return false;
    if (end > numbers_used)
        end = numbers_used;
    while (!*segment && *number < end) {
        const struct segment *at = shm_table_at((*number)++);
        if (at->holders)
            *segment = at;
    }
    return true;
}

void shm_table_audit(void)
{
    uint32_t found = 0, free = 0;

    for (uint32_t bucket = 0; bucket < shm_table.buckets_count; bucket++)
        for (uint32_t n = shm_table.buckets[bucket] - 1; n != SEGMENT_NONE; n = shm_table_at(n)->next) {
            assert(n < numbers_used && shm_table_bucket(shm_table_at(n)->id) == bucket);
            assert(shm_table_at(n)->holders && shm_table_find(shm_table_at(n)->id) == n);
            found++;
        }
    for (uint32_t n = free_number; n != SEGMENT_NONE; n = shm_table_at(n)->next) {
        assert(shm_table_at(n)->holders == 0);
        free++;
    }
    assert(found == count && found + free == numbers_used);
}
