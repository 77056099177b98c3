#include "servers/mem/named.h"

#include <assert.h>
#include <string.h>

#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/mem/kernel_calls.h"
#include "servers/mem/pages.h"
#include "servers/mem/space.h"

_Static_assert(sizeof(struct named) <= PAGE_SIZE, "a segment fills one page");

enum { BUCKETS = 256, UNIT_PAGES = 1 << (NAMED_UNIT_SHIFT - PAGE_BITS), ORDER_MAX = 11 };
_Static_assert(NAMED_UNITS == 1 << ORDER_MAX, "the whole tree is one block");

/* A buddy tree: node 1 is all units, 2n and 2n + 1 are the halves of n. The value is the order of the largest free
 * block in the node, plus 1; 0: none. Nodes below a taken node keep their values. */
static uint8_t largest[2 * NAMED_UNITS];

static struct named *at_unit[NAMED_UNITS];
static struct named *buckets[BUCKETS];
static uint32_t hash_start, count, made;

void named_init(uint32_t secret)
{
    for (uint32_t node = 1, order = ORDER_MAX; node < 2 * NAMED_UNITS; node++) {
        largest[node] = (uint8_t)(order + 1);
        order -= !(node & (node + 1)); /* the last node of its level */
    }
    memset(at_unit, 0, sizeof(at_unit));
    memset(buckets, 0, sizeof(buckets));
    hash_start = secret;
    count = 0;
}

/* --------------------------------------------------------------------------- ranges of addresses */

static uint32_t order_of(uint32_t pages)
{
    uint32_t order = 0;

    while ((uint32_t)UNIT_PAGES << order < pages)
        order++;
    return order;
}

uint32_t named_units(uint32_t pages)
{
    return 1u << order_of(pages);
}

static uint32_t unit_of(uint32_t address)
{
    return (address - NAMED_BASE) >> NAMED_UNIT_SHIFT;
}

/* Updates the nodes above `node`, which has that order. */
static void update(uint32_t node, uint32_t order)
{
    while (node > 1) {
        uint8_t a = largest[node & ~1u], b = largest[node | 1];
        order++;
        node /= 2;
        largest[node] = a == order && b == order ? (uint8_t)(order + 1) : a > b ? a : b;
    }
}

uint32_t named_reserve_range(uint32_t pages)
{
    uint32_t wanted = order_of(pages), node = 1;

    if (largest[1] <= wanted)
        return 0;
    for (uint32_t order = ORDER_MAX; order > wanted; order--)
        node = 2 * node + (largest[2 * node] <= wanted);
    largest[node] = 0;
    update(node, wanted);
    return NAMED_BASE + (((node << wanted) - NAMED_UNITS) << NAMED_UNIT_SHIFT);
}

/* The taken node that contains the unit, and its order; 0: none. */
static uint32_t taken_node(uint32_t unit, uint32_t *order)
{
    uint32_t node = unit + NAMED_UNITS;

    for (*order = 0; node && largest[node]; ++*order)
        node /= 2;
    return node;
}

void named_free_range(uint32_t address)
{
    uint32_t order, node = taken_node(unit_of(address), &order);

    assert(node);
    largest[node] = (uint8_t)(order + 1);
    update(node, order);
}

struct named *named_at(uint32_t address)
{
    return at_unit[unit_of(address)];
}

struct named *named_around(uint32_t address)
{
    uint32_t order, node = taken_node(unit_of(address), &order);

    return node ? at_unit[(node << order) - NAMED_UNITS] : NULL;
}

/* ------------------------------------------------------------------------------------------- names */

static struct named **bucket_of(const char *name)
{
    uint32_t hash = hash_start;

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 0x01000193u;
    return &buckets[hash >> 24];
}

struct named *named_find(const char *name)
{
    struct named *segment = *bucket_of(name);

    while (segment && memcmp(segment->name, name, SHM_NAME_BYTES) != 0)
        segment = segment->next;
    return segment;
}

struct named *named_add(uint32_t address, uint32_t pages, const char *name)
{
    struct named *segment = heap_page(), **bucket = bucket_of(name);

    assert(segment); /* promised: N3 */
    segment->address = address;
    segment->pages = pages;
    segment->serial = made++;
    memcpy(segment->name, name, SHM_NAME_BYTES);
    segment->next = *bucket;
    *bucket = segment;
    at_unit[unit_of(address)] = segment;
    count++;
    return segment;
}

void named_unlink(struct named *segment)
{
    if (!segment->name[0])
        return;
    struct named **link = bucket_of(segment->name);
    while (*link != segment)
        link = &(*link)->next;
    *link = segment->next;
    memset(segment->name, 0, sizeof(segment->name));
}

/* ------------------------------------------------------------------------------------------ frames */

static bool is_direct(const struct named *segment)
{
    return segment->pages <= NAMED_DIRECT;
}

uint32_t named_heap_pages(uint32_t pages)
{
    return 1 + (pages <= NAMED_DIRECT ? 0 : (pages + LEAF_ENTRIES - 1) / LEAF_ENTRIES);
}

/* The words with the frames of LEAF_ENTRIES pages from `first` on; null: none of these pages has a frame. */
static uint32_t *frames_from(struct named *segment, uint32_t first)
{
    if (is_direct(segment))
        return segment->frames;
    uint32_t leaf = segment->frames[first / LEAF_ENTRIES];
    return leaf ? heap_page_at(leaf - 1) : NULL;
}

static uint32_t *open_frames_from(struct named *segment, uint32_t first)
{
    uint32_t *frames = frames_from(segment, first);

    if (!frames) {
        frames = heap_page();
        assert(frames); /* promised: N3 */
        segment->frames[first / LEAF_ENTRIES] = heap_page_number(frames) + 1;
    }
    return frames;
}

uint32_t named_frame(uint32_t address)
{
    struct named *segment = named_around(address);
    uint32_t page = (address - segment->address) >> PAGE_BITS;
    uint32_t *frame = &open_frames_from(segment, page & -(uint32_t)LEAF_ENTRIES)[page % LEAF_ENTRIES];

    if (!*frame) {
        uint32_t taken = frames_take();
        err_t err = kernel_clear(taken);
        assert(err == OK);
        *frame = taken + 1;
        segment->touched++;
    }
    return *frame - 1;
}

static void free_frame(uint32_t frame)
{
    err_t err = kernel_revoke(frame);

    assert(err == OK);
    frames_drop(frame);
}

/* Frees the remaining frames of LEAF_ENTRIES pages; false: some are left. */
static bool free_leaf(struct named *segment, uint32_t most, uint32_t *cost)
{
    uint32_t first = segment->freed & -(uint32_t)LEAF_ENTRIES, left = segment->pages - first;
    uint32_t *frames = frames_from(segment, first), end = left < LEAF_ENTRIES ? left : LEAF_ENTRIES;

    for (uint32_t i = segment->freed - first; frames && i < end; i++) {
        if (!frames[i])
            continue;
        segment->freed = first + i;
        if (*cost >= most)
            return false;
        free_frame(frames[i] - 1);
        frames[i] = 0;
        segment->touched--;
        *cost += SEGMENT_PAGES;
    }
    if (frames && !is_direct(segment)) {
        segment->frames[first / LEAF_ENTRIES] = 0;
        heap_page_free(frames);
    }
    segment->freed = first + end;
    *cost += RUN_PAGES;
    return true;
}

bool named_drop(struct named *segment, uint32_t most, uint32_t *cost)
{
    if (segment->holders > 1) {
        segment->holders--;
        return true;
    }
    named_unlink(segment);
    while (segment->freed < segment->pages)
        if (*cost >= most || !free_leaf(segment, most, cost))
            return false;
    at_unit[unit_of(segment->address)] = NULL;
    named_free_range(segment->address);
    count--;
    memset(segment, 0, sizeof(*segment)); /* H2 of heap.h */
    heap_page_free(segment);
    return true;
}

/* ----------------------------------------------------------------------------------------- listing */

uint32_t named_count(void)
{
    return count;
}

bool named_next(uint32_t *unit, const struct named **segment)
{
    enum { LOOKED_AT = 1024 };
    uint32_t end = *unit + LOOKED_AT;

    *segment = NULL;
    if (*unit >= NAMED_UNITS)
        return false;
    if (end > NAMED_UNITS)
        end = NAMED_UNITS;
    while (!*segment && *unit < end)
        *segment = at_unit[(*unit)++];
    return true;
}

static uint32_t count_frames(struct named *segment)
{
    uint32_t frames = 0;

    for (uint32_t page = 0; page < segment->pages; page++) {
        const uint32_t *leaf = frames_from(segment, page & -(uint32_t)LEAF_ENTRIES);
        frames += leaf && leaf[page % LEAF_ENTRIES];
    }
    return frames;
}

/* Audits a segment: its frames, and its units, which no other segment has. */
static uint32_t audit_segment(uint32_t unit, uint32_t *end)
{
    struct named *segment = at_unit[unit];

    assert(unit >= *end && segment->address == NAMED_BASE + (unit << NAMED_UNIT_SHIFT) && segment->holders);
    assert(!segment->name[0] || named_find(segment->name) == segment);
    *end = unit + named_units(segment->pages);
    assert(named_around((*end << NAMED_UNIT_SHIFT) + NAMED_BASE - 1) == segment);
    assert(count_frames(segment) == segment->touched);
    return segment->touched;
}

uint32_t named_audit(void)
{
    uint32_t frames = 0, found = 0, end = 0, named = 0;

    for (uint32_t unit = 0; unit < NAMED_UNITS; unit++) {
        assert(at_unit[unit] || unit < end || !named_around((unit << NAMED_UNIT_SHIFT) + NAMED_BASE));
        if (!at_unit[unit])
            continue;
        frames += audit_segment(unit, &end);
        found++;
        named += at_unit[unit]->name[0] != 0;
    }
    for (uint32_t i = 0; i < BUCKETS; i++)
        for (const struct named *segment = buckets[i]; segment; segment = segment->next)
            named--;
    assert(found == count && named == 0);
    return frames;
}
