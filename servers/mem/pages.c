#include "servers/mem/pages.h"

#include <assert.h>

static const uint32_t leaf_bytes = 1u << LEAF_SHIFT;

static uint32_t *leaf_of(uint32_t word)
{
    return heap_page_at(word >> PAGE_BITS);
}

static uint32_t entry_index(uint32_t address)
{
    return (address >> PAGE_BITS) & (LEAF_ENTRIES - 1);
}

static void set_directory(struct page_map *map, uint32_t index, uint32_t word)
{
    map->directory[index] = word;
    if (word)
        map->used[index / 32] |= 1u << index % 32;
    else
        map->used[index / 32] &= ~(1u << index % 32);
}

uint32_t pages_get(const struct page_map *map, uint32_t address)
{
    const uint32_t *entry = pages_find(map, address);

    if (entry)
        return *entry;
    return map->directory[address >> LEAF_SHIFT] == PAGES_WHOLE ? ENTRY_ANON : 0;
}

/* A leaf for a directory word without one; `eighths` says what will be in it. */
static bool add_leaf(struct page_map *map, uint32_t index, uint32_t eighths)
{
    uint32_t *leaf = heap_page();

    if (!leaf)
        return false;
    if (map->directory[index] == PAGES_WHOLE) {
        for (uint32_t i = 0; i < LEAF_ENTRIES; i++)
            leaf[i] = ENTRY_ANON;
        eighths = PAGES_EIGHTHS;
    }
    set_directory(map, index, heap_page_number(leaf) << PAGE_BITS | eighths);
    return true;
}

uint32_t *pages_open(struct page_map *map, uint32_t address)
{
    uint32_t index = address >> LEAF_SHIFT;
    uint32_t eighth = 1u << entry_index(address) / EIGHTH_ENTRIES;

    if (!(map->directory[index] & PAGES_EIGHTHS) && !add_leaf(map, index, eighth))
        return NULL;
    map->directory[index] |= eighth;
    return leaf_of(map->directory[index]) + entry_index(address);
}

/* The first used directory word from `index` on, or DIRECTORY_ENTRIES. */
static uint32_t next_used(const struct page_map *map, uint32_t index)
{
    while (index < DIRECTORY_ENTRIES) {
        uint32_t rest = map->used[index / 32] >> index % 32;
        if (rest)
            return index + (uint32_t)__builtin_ctz(rest);
        index = (index | 31) + 1;
    }
    return index;
}

/* The first entry from `index` on in a leaf, or LEAF_ENTRIES. */
static uint32_t next_entry(uint32_t word, uint32_t index)
{
    const uint32_t *leaf = leaf_of(word);

    while (index < LEAF_ENTRIES) {
        if (!(word & 1u << index / EIGHTH_ENTRIES)) {
            index = (index | (EIGHTH_ENTRIES - 1)) + 1;
            continue;
        }
        uint32_t end = (index | (EIGHTH_ENTRIES - 1)) + 1;
        for (; index < end; index++)
            if (leaf[index])
                return index;
    }
    return index;
}

bool pages_next(const struct page_map *map, uint32_t address, uint32_t end, struct page_run *run)
{
    while (address < end) {
        uint32_t index = next_used(map, address >> LEAF_SHIFT);
        if (index > address >> LEAF_SHIFT)
            address = index << LEAF_SHIFT;
        if (index == DIRECTORY_ENTRIES || address >= end)
            return false;

        uint32_t word = map->directory[index], leaf_end = (index + 1) << LEAF_SHIFT;
        if (word == PAGES_WHOLE) {
            uint32_t stop = end < leaf_end ? end : leaf_end;
            *run = (struct page_run){address, (stop - address) >> PAGE_BITS, ENTRY_ANON};
            return true;
        }
        uint32_t found = next_entry(word, entry_index(address));
        address = (index << LEAF_SHIFT) + (found << PAGE_BITS);
        if (found < LEAF_ENTRIES && address < end) {
            *run = (struct page_run){address, 1, leaf_of(word)[found]};
            return true;
        }
    }
    return false;
}

bool pages_reserve(struct page_map *map, uint32_t address, uint32_t pages)
{
    uint32_t start = address, end = address + (pages << PAGE_BITS);

    while (address < end) {
        if (address % leaf_bytes == 0 && end - address >= leaf_bytes &&
            !map->directory[address >> LEAF_SHIFT]) {
            set_directory(map, address >> LEAF_SHIFT, PAGES_WHOLE);
            address += leaf_bytes;
            continue;
        }
        uint32_t *entry = pages_open(map, address);
        if (!entry)
            break;
        *entry = ENTRY_ANON;
        address += PAGE_SIZE;
    }
    if (address == end)
        return true;

    struct page_run run;
    while (pages_next(map, start, address, &run))
        pages_remove(map, &run);
    return false;
}

bool pages_split(struct page_map *map, uint32_t address)
{
    uint32_t index = address >> LEAF_SHIFT;

    if (address % leaf_bytes == 0 || map->directory[index] != PAGES_WHOLE)
        return true;
    return add_leaf(map, index, PAGES_EIGHTHS);
}

void pages_remove(struct page_map *map, const struct page_run *run)
{
    uint32_t *entry = pages_find(map, run->address);

    if (entry) {
        *entry = 0;
        return;
    }
    assert(run->pages == LEAF_ENTRIES);
    set_directory(map, run->address >> LEAF_SHIFT, 0);
}

uint32_t pages_find_hole(const struct page_map *map, uint32_t address, uint32_t end, uint32_t pages)
{
    struct page_run run;

    while ((end - address) >> PAGE_BITS >= pages) {
        uint32_t hole_end = address + (pages << PAGE_BITS);
        if (!pages_next(map, address, hole_end, &run))
            return address;
        address = run.address + (run.pages << PAGE_BITS);
    }
    return 0;
}

void pages_destroy(struct page_map *map)
{
    for (uint32_t i = next_used(map, 0); i < DIRECTORY_ENTRIES; i = next_used(map, i + 1)) {
        assert(map->directory[i] != PAGES_WHOLE);
        heap_page_free(leaf_of(map->directory[i]));
        set_directory(map, i, 0);
    }
}

static void check_entry(uint32_t entry)
{
    uint32_t kind = entry & PAGE_KINDS;

    assert(kind && (kind & (kind - 1)) == 0);
    assert(!(entry & PAGE_COW) || (entry & PAGE_FRAME && entry & PAGE_WRITE));
    assert(!(entry & PAGE_WRITE && entry & PAGE_EXECUTE));
    assert(kind != PAGE_ZERO || !(entry & (PAGE_MAPPED | PAGE_VALUE)));
    assert(kind != PAGE_SHM || entry & PAGE_VALUE);
    assert(kind != PAGE_ARCHIVE || !(entry & PAGE_WRITE) == !!(entry & PAGE_MAPPED));
}

static void check_leaf(uint32_t word)
{
    const uint32_t *leaf = leaf_of(word);

    assert(word & PAGES_EIGHTHS && !(word & PAGES_WHOLE));
    for (uint32_t i = 0; i < LEAF_ENTRIES; i++) {
        if (leaf[i])
            check_entry(leaf[i]);
        assert(!leaf[i] || word & 1u << i / EIGHTH_ENTRIES);
    }
}

uint32_t pages_check(const struct page_map *map)
{
    uint32_t leaves = 0;

    for (uint32_t i = 0; i < DIRECTORY_ENTRIES; i++) {
        uint32_t word = map->directory[i];
        assert((word != 0) == (map->used[i / 32] >> i % 32 & 1));
        if (word == 0 || word == PAGES_WHOLE)
            continue;
        check_leaf(word);
        leaves++;
    }
    return leaves;
}
