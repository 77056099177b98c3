#include "servers/mem/pages.h"

#include <assert.h>

static const uint32_t leaf_bytes = 1u << LEAF_SHIFT;

static uint32_t *leaf_of(uint32_t word)
{
    return heap_page_at(word >> PAGES_NUMBER_SHIFT);
}

static uint32_t entry_index(uint32_t address)
{
    return (address >> PAGE_BITS) & (LEAF_ENTRIES - 1);
}

static void set_directory(struct page_map *map, uint32_t index, uint32_t word)
{
    uint32_t *used = &map->used[index / 32], bit = 1u << index % 32;

    map->directory[index] = word;
    *used = word ? *used | bit : *used & ~bit;
    bit = 1u << index / 32;
    map->used_words = *used ? map->used_words | bit : map->used_words & ~bit;
}

static uint32_t span(uint32_t word, uint32_t first, uint32_t last)
{
    return (word & -(uint32_t)PAGES_LEAF) | last << GROUP_LAST_SHIFT | first;
}

static uint32_t first_group(uint32_t word)
{
    return word & GROUP_MASK;
}

static uint32_t last_group(uint32_t word)
{
    return word >> GROUP_LAST_SHIFT & GROUP_MASK;
}

/* Makes a leaf, which spans `group` or, if it replaces PAGES_WHOLE, everything; returns its directory word. */
static uint32_t make_leaf(uint32_t old, uint32_t group)
{
    uint32_t *leaf = heap_page();

    assert(leaf); /* promised: P6 of space.h */
    uint32_t word = heap_page_number(leaf) << PAGES_NUMBER_SHIFT | PAGES_LEAF;
    if (old != PAGES_WHOLE)
        return span(word, group, group);
    for (uint32_t i = 0; i < LEAF_ENTRIES; i++)
        leaf[i] = ENTRY_ANON;
    return span(word, 0, GROUP_MASK);
}

uint32_t *pages_open_wider(struct page_map *map, uint32_t address)
{
    uint32_t index = address >> LEAF_SHIFT, group = address >> GROUP_SHIFT & GROUP_MASK;
    uint32_t word = map->directory[index];

    if (!(word & PAGES_LEAF))
        word = make_leaf(word, group);
    else if (group < first_group(word))
        word = span(word, group, last_group(word));
    else
        word = span(word, first_group(word), group);
    set_directory(map, index, word);
    return pages_entry(word, address);
}

/* The first used directory word from `index` on, or DIRECTORY_ENTRIES. */
static uint32_t next_used(const struct page_map *map, uint32_t index)
{
    if (index >= DIRECTORY_ENTRIES)
        return DIRECTORY_ENTRIES;
    uint32_t word = index / 32, rest = map->used[word] >> index % 32;
    if (rest)
        return index + (uint32_t)__builtin_ctz(rest);
    uint32_t words = map->used_words >> word >> 1;
    if (!words)
        return DIRECTORY_ENTRIES;
    word += 1 + (uint32_t)__builtin_ctz(words);
    return word * 32 + (uint32_t)__builtin_ctz(map->used[word]);
}

/* The first entry in index .. end, or `end`. */
static uint32_t scan(const uint32_t *leaf, uint32_t index, uint32_t end)
{
    for (; index < end && index % 8; index++)
        if (leaf[index])
            return index;
    for (const uint32_t *e = leaf + index; index + 8 <= end; index += 8, e += 8)
        if (e[0] | e[1] | e[2] | e[3] | e[4] | e[5] | e[6] | e[7])
            break;
    while (index < end && !leaf[index])
        index++;
    return index;
}

/* The first entry of a leaf in from .. end, or `end`. */
static uint32_t next_entry(struct page_map *map, uint32_t index, uint32_t from, uint32_t end)
{
    uint32_t word = map->directory[index], first = first_group(word), last = last_group(word);
    uint32_t low = first * GROUP_ENTRIES, high = (last + 1) * GROUP_ENTRIES;
    bool from_low = from <= low, to_high = end >= high;
    uint32_t start = from_low ? low : from, stop = to_high ? high : end;

    if (start >= stop)
        return end;
    uint32_t found = scan(leaf_of(word), start, stop);
    if (found == high && from_low) {
        heap_page_free(leaf_of(word));
        set_directory(map, index, 0);
        return end;
    }
    if (from_low)
        map->directory[index] = span(word, found / GROUP_ENTRIES, last);
    else if (found == high)
        map->directory[index] = span(word, first, (start - 1) / GROUP_ENTRIES);
    return found < stop ? found : end;
}

bool pages_next(struct page_map *map, uint32_t address, uint32_t end, struct page_run *run)
{
    return pages_next_near(map, &address, end, DIRECTORY_ENTRIES, run);
}

bool pages_next_near(struct page_map *map, uint32_t *from, uint32_t end, uint32_t leaves, struct page_run *run)
{
    uint32_t address = *from;

    while (address < end && leaves) {
        uint32_t index = address >> LEAF_SHIFT, word = map->directory[index];
        if (!word) {
            address = next_used(map, index) << LEAF_SHIFT;
            continue;
        }
        uint32_t leaf_end = (index + 1) << LEAF_SHIFT, stop = end < leaf_end ? end : leaf_end;
        uint32_t pages = (stop - address) >> PAGE_BITS, first = entry_index(address);
        if (word == PAGES_WHOLE) {
            *run = (struct page_run){address, pages, NULL};
            return true;
        }
        uint32_t found = next_entry(map, index, first, first + pages);
        if (found < first + pages) {
            uint32_t *entries = leaf_of(word) + found, count = 1;
            while (count < first + pages - found && entries[count])
                count++;
            *run = (struct page_run){address + ((found - first) << PAGE_BITS), count, entries};
            return true;
        }
        address = stop;
        leaves--;
    }
    *from = address < end ? address : end;
    return false;
}

static void fill(uint32_t *entries, size_t count, uint32_t entry)
{
    __asm__ volatile("rep stosl" : "+D"(entries), "+c"(count) : "a"(entry) : "memory");
}

/* Reserves free pages of one leaf. */
static void reserve_in_leaf(struct page_map *map, uint32_t address, uint32_t pages, uint32_t entry)
{
    uint32_t *word = pages_open(map, address);

    pages_open(map, address + ((pages - 1) << PAGE_BITS));
    fill(word, pages, entry);
}

void pages_reserve(struct page_map *map, uint32_t address, uint32_t pages, uint32_t entry)
{
    for (uint32_t here; pages; address += here << PAGE_BITS, pages -= here) {
        uint32_t index = address >> LEAF_SHIFT, room = LEAF_ENTRIES - entry_index(address);
        here = pages < room ? pages : room;
        if (here == LEAF_ENTRIES && !map->directory[index] && entry == ENTRY_ANON)
            set_directory(map, index, PAGES_WHOLE);
        else
            reserve_in_leaf(map, address, here, entry);
    }
}

void pages_split(struct page_map *map, uint32_t address)
{
    if (address % leaf_bytes && map->directory[address >> LEAF_SHIFT] == PAGES_WHOLE)
        pages_open_wider(map, address);
}

static bool is_empty(const uint32_t *leaf, uint32_t index, uint32_t end)
{
    return scan(leaf, index, end) == end;
}

/* After a run at the beginning of a leaf was removed: the leaf's first group moves behind it, or an empty leaf is
 * freed. */
static void narrow(struct page_map *map, const struct page_run *run)
{
    uint32_t index = run->address >> LEAF_SHIFT, word = map->directory[index], *leaf = leaf_of(word);
    uint32_t low = first_group(word) * GROUP_ENTRIES, high = (last_group(word) + 1) * GROUP_ENTRIES;
    uint32_t first = entry_index(run->address), end = first + run->pages;

    if (first >= low + GROUP_ENTRIES || !is_empty(leaf, low, first))
        return;
    if (end + GROUP_ENTRIES < high || !is_empty(leaf, end, high)) {
        map->directory[index] = span(word, end / GROUP_ENTRIES, last_group(word));
        return;
    }
    heap_page_free(leaf);
    set_directory(map, index, 0);
}

void pages_remove(struct page_map *map, const struct page_run *run)
{
    if (run->entries) {
        for (uint32_t i = 0; i < run->pages; i++)
            run->entries[i] = 0;
        narrow(map, run);
        return;
    }
    assert(run->pages == LEAF_ENTRIES);
    set_directory(map, run->address >> LEAF_SHIFT, 0);
}

bool pages_find_hole(struct page_map *map, uint32_t *address, uint32_t end, uint32_t pages, uint32_t most)
{
    struct page_run run;

    for (uint32_t cost = 0; (end - *address) >> PAGE_BITS >= pages; *address = run_end(&run)) {
        if (cost >= most)
            return false;
        uint32_t at = *address, hole_end = at + (pages << PAGE_BITS);
        if (!pages_next_near(map, &at, hole_end, LEAVES_AT_ONCE, &run)) {
            if (at == hole_end)
                return true;
            return false; /* empty leaves were freed: search from the same address again */
        }
        cost += GROUP_ENTRIES + (run.entries ? run.pages : 0);
    }
    *address = end;
    return false;
}

void pages_destroy(struct page_map *map)
{
    for (uint32_t i = next_used(map, 0); i < DIRECTORY_ENTRIES; i = next_used(map, i + 1)) {
        assert(map->directory[i] != PAGES_WHOLE);
        heap_page_free(leaf_of(map->directory[i]));
        set_directory(map, i, 0);
    }
}

static void audit_entry(uint32_t entry)
{
    uint32_t kind = entry & PAGE_KINDS;

    assert(kind && (kind & (kind - 1)) == 0);
    assert(!(entry & PAGE_COW) || (entry & PAGE_FRAME && entry & PAGE_WRITE));
    assert(!(entry & PAGE_EXECUTE) || (entry & (PAGE_WRITE | PAGE_NO_WRITE)) != PAGE_WRITE);
    assert(!(entry & PAGE_NO_WRITE) || entry & PAGE_WRITE);
    assert(!(entry & PAGE_NO_READ) || !(page_rights(entry) | (entry & PAGE_MAPPED)));
    assert(kind != PAGE_ZERO || !(entry & (PAGE_MAPPED | PAGE_VALUE)));
    assert(kind != PAGE_SHM || entry & PAGE_VALUE);
    assert(kind != PAGE_FOREIGN || (entry & ~(uint32_t)PAGE_WRITE) == ENTRY_FOREIGN || entry == ENTRY_FOREIGN_HIDDEN);
    assert(kind != PAGE_ARCHIVE || !(entry & PAGE_WRITE && entry & PAGE_MAPPED));
}

static void audit_leaf(uint32_t word)
{
    const uint32_t *leaf = leaf_of(word);

    assert(word & PAGES_LEAF && !(word & PAGES_WHOLE) && first_group(word) <= last_group(word));
    for (uint32_t i = 0; i < LEAF_ENTRIES; i++) {
        if (leaf[i])
            audit_entry(leaf[i]);
        assert(!leaf[i] || pages_spans(word, i << PAGE_BITS));
    }
}

uint32_t pages_audit(const struct page_map *map)
{
    uint32_t leaves = 0;

    for (uint32_t i = 0; i < DIRECTORY_ENTRIES; i++) {
        uint32_t word = map->directory[i];
        assert((word != 0) == (map->used[i / 32] >> i % 32 & 1));
        assert((map->used[i / 32] != 0) == (map->used_words >> i / 32 & 1));
        if (word == 0 || word == PAGES_WHOLE)
            continue;
        audit_leaf(word);
        leaves++;
    }
    return leaves;
}
