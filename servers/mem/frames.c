#include "servers/mem/frames.h"

#include <assert.h>

#include "servers/mem/heap.h"
#include "servers/mem/kernel_calls.h"
#include "servers/proto/slots.h"

/* `state`: the state and, in the low bits, the number of holders, or for a free frame the previous one in its
 * list. */
enum {
    STATE_FREE = 1u << 31,
    STATE_LENT = 1 << 30,
    STATE_NO_RAM = 1 << 29,
    STATE_LINK = (1 << 20) - 1, /* this link: none */
};

struct record {
    uint32_t next; /* free or lent: the next one in the list */
    uint32_t state;
};

enum zone { LOW, HIGH, ZONES };

static struct arena arena;
static struct record *records; /* null before frames_init() */
static uint32_t records_count, low_end;
static uint32_t free_head[ZONES], free_count[ZONES];
static uint32_t total, lent;
static uint32_t promised_low, reserve; /* F3 */

struct account frames_account;
bool frames_any_high;

/* Before there are records, frames are lent from one range. */
static uint32_t early_next, early_end;

static enum zone zone_of(uint32_t frame)
{
    return frame < low_end ? LOW : HIGH;
}

static void free_insert(uint32_t frame)
{
    enum zone zone = zone_of(frame);
    uint32_t head = free_head[zone];

    records[frame] = (struct record){.next = head, .state = STATE_FREE | STATE_LINK};
    if (head != NO_FRAME)
        records[head].state = STATE_FREE | frame;
    free_head[zone] = frame;
    free_count[zone]++;
}

static void free_remove(uint32_t frame)
{
    enum zone zone = zone_of(frame);
    uint32_t next = records[frame].next, previous = records[frame].state & STATE_LINK;

    if (previous == STATE_LINK)
        free_head[zone] = next;
    else
        records[previous].next = next;
    if (next != NO_FRAME)
        records[next].state = records[frame].state;
    free_count[zone]--;
}

/* free_remove() for the zone's first frame. */
static void free_remove_first(enum zone zone)
{
    const struct record *first = &records[free_head[zone]];
    uint32_t next = first->next;

    free_head[zone] = next;
    if (next != NO_FRAME)
        records[next].state = first->state;
    free_count[zone]--;
}

struct span {
    uint32_t first, end;
};

/* The part of a boot range that the capability covers, by the capability's pages. */
static struct span covered(const struct boot_range *range, uint32_t first, uint32_t pages)
{
    uint64_t from = range->first < first ? first : range->first;
    uint64_t end = (uint64_t)range->first + range->pages, limit = (uint64_t)first + pages;

    end = end > limit ? limit : end;
    if (from >= end)
        return (struct span){0, 0};
    return (struct span){(uint32_t)(from - first), (uint32_t)(end - first)};
}

static void choose_early_range(uint32_t first, uint32_t pages, const struct boot_range *ranges, uint32_t ranges_count)
{
    early_next = early_end = 0;
    for (uint32_t i = 0; i < ranges_count; i++) {
        struct span span = covered(&ranges[i], first, pages);
        span.end = span.end > low_end ? low_end : span.end;
        if (span.first < span.end && span.end - span.first > early_end - early_next) {
            early_next = span.first;
            early_end = span.end;
        }
    }
}

static void add_range(struct span span, uint32_t early_first)
{
    for (uint32_t frame = span.first; frame < span.end; frame++) {
        total++;
        if (frame >= early_first && frame < early_next) {
            records[frame].state = STATE_LENT;
            lent++;
        } else {
            free_insert(frame);
        }
    }
}

/* The pages up to the last RAM. The capability may reach beyond it, where records would be wasted. */
static uint32_t pages_with_ram(uint32_t first, uint32_t pages, const struct boot_range *ranges, uint32_t ranges_count)
{
    uint32_t end = 0;

    for (uint32_t i = 0; i < ranges_count; i++) {
        struct span span = covered(&ranges[i], first, pages);
        end = span.end > end ? span.end : end;
    }
    return end < STATE_LINK ? end : STATE_LINK;
}

bool frames_init(uint32_t first, uint32_t pages, const struct boot_range *ranges, uint32_t ranges_count)
{
    pages = pages_with_ram(first, pages, ranges, ranges_count);
    records = NULL;
    total = lent = promised_low = 0;
    low_end = first >= LOW_MEMORY_PAGES ? 0 : LOW_MEMORY_PAGES - first;
    for (enum zone zone = LOW; zone < ZONES; zone++) {
        free_head[zone] = NO_FRAME;
        free_count[zone] = 0;
    }

    choose_early_range(first, pages, ranges, ranges_count);
    uint32_t early_first = early_next;
    arena = heap_arena(HEAP_RECORDS);
    if (!arena_grow(&arena, pages * (uint32_t)sizeof(struct record)))
        return false;

    records = (struct record *)(void *)arena.base;
    records_count = pages;
    for (uint32_t frame = 0; frame < pages; frame++)
        records[frame].state = STATE_NO_RAM;
    for (uint32_t i = 0; i < ranges_count; i++)
        add_range(covered(&ranges[i], first, pages), early_first);
    frames_any_high = free_count[HIGH] > 0;
    reserve = frames_in_reserve(total);
    frames_account = (struct account){.holders = 1, .limit = total > reserve ? total - reserve : 0};
    return true;
}

bool frames_promise_low(uint32_t frames)
{
    if (free_count[LOW] + lent < promised_low + reserve + frames)
        return false;
    promised_low += frames;
    return true;
}

void frames_unpromise_low(uint32_t frames)
{
    assert(frames <= promised_low);
    promised_low -= frames;
}

/* If all pages are used, their tables need a 200th of the memory. */
uint32_t frames_low_kept(uint32_t limit)
{
    enum { PART = 16, AT_LEAST = 512 };
    uint32_t kept = limit / PART + AT_LEAST;

    if (!frames_any_high)
        return 0;
    return kept < limit ? kept : limit;
}

uint32_t frames_take(void)
{
    enum zone zone = free_count[HIGH] ? HIGH : LOW;
    uint32_t frame = free_head[zone];

    assert(frame != NO_FRAME); /* F2, F3 */
    free_remove_first(zone);
    records[frame].state = 1;
    return frame;
}

void frames_share(uint32_t frame)
{
    assert(records[frame].state > 0 && records[frame].state < STATE_NO_RAM - 1);
    records[frame].state++;
}

void frames_drop(uint32_t frame)
{
    assert(records[frame].state > 0 && records[frame].state < STATE_NO_RAM);
    if (--records[frame].state == 0)
        free_insert(frame);
}

bool frames_is_shared(uint32_t frame)
{
    return records[frame].state > 1;
}

static void mark_lent(uint32_t frame)
{
    free_remove(frame);
    records[frame] = (struct record){.next = NO_FRAME, .state = STATE_LENT};
    lent++;
}

uint32_t frames_lend(void)
{
    if (!records)
        return early_next < early_end ? early_next++ : NO_FRAME;
    if (!free_count[LOW] || lent >= promised_low + reserve)
        return NO_FRAME;
    uint32_t frame = free_head[LOW];
    mark_lent(frame);
    return frame;
}

void frames_return(uint32_t frame)
{
    if (!records) {
        assert(frame + 1 == early_next);
        early_next--;
        return;
    }
    assert(records[frame].state == STATE_LENT);
    free_insert(frame);
    lent--;
}

uint32_t frames_lend_to(uint32_t *list)
{
    uint32_t frame = frames_lend();

    if (frame != NO_FRAME) {
        records[frame].next = *list;
        *list = frame;
    }
    return frame;
}

bool frames_return_some(uint32_t *list, uint32_t most)
{
    for (; most && *list != NO_FRAME; most--) {
        uint32_t frame = *list;
        *list = records[frame].next;
        frames_return(frame);
    }
    return *list == NO_FRAME;
}

/* The kernel refuses every use of a frame that it still has, so trying to clear it tells. */
bool frames_return_free(uint32_t *list)
{
    uint32_t rest = *list;

    *list = NO_FRAME;
    while (rest != NO_FRAME) {
        uint32_t frame = rest;
        rest = records[frame].next;
        if (kernel_clear(frame) == OK) {
            frames_return(frame);
        } else {
            records[frame].next = *list;
            *list = frame;
        }
    }
    return *list == NO_FRAME;
}

struct frames_count frames_count(void)
{
    return (struct frames_count){total, free_count[LOW] + free_count[HIGH], promised_low};
}

bool frames_usage(uint32_t first, struct frames_usage *usage)
{
    uint32_t end = first + MEM_LISTED;

    *usage = (struct frames_usage){0, 0, 0};
    if (first >= records_count)
        return false;
    for (uint32_t frame = first; frame < end && frame < records_count; frame++) {
        uint32_t state = records[frame].state;
        usage->lent += state == STATE_LENT;
        usage->held += state < STATE_NO_RAM;
        usage->shared += state < STATE_NO_RAM && state > 1;
    }
    return true;
}

static uint32_t audit_list(enum zone zone)
{
    uint32_t count = 0, previous = STATE_LINK;

    for (uint32_t frame = free_head[zone]; frame != NO_FRAME; frame = records[frame].next) {
        assert(frame < records_count && zone_of(frame) == zone);
        assert(records[frame].state == (STATE_FREE | previous));
        previous = frame;
        count++;
    }
    assert(count == free_count[zone]);
    return count;
}

uint32_t frames_audit(void)
{
    uint32_t free = audit_list(LOW) + audit_list(HIGH), found_free = 0, found_lent = 0, held = 0, holders = 0;

    for (uint32_t frame = 0; frame < records_count; frame++) {
        uint32_t state = records[frame].state;
        assert(state != 0);
        if (state & STATE_FREE)
            found_free++;
        else if (state == STATE_LENT)
            found_lent++;
        else if (state != STATE_NO_RAM)
            held++, holders += state;
    }
    assert(found_free == free && found_lent == lent);
    assert(free + held + lent == total);
    assert(held + promised_low <= frames_account.used);
    assert(lent <= promised_low + reserve && promised_low + reserve <= lent + free_count[LOW]);
    return holders;
}
