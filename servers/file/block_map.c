#include "servers/file/block_map.h"

#include <assert.h>
#include <string.h>

enum {
    TOP_FIRST = MAP_DIRECT + TABLE_ENTRIES,  /* the first page reached through the top */
    WORK_GIVE = WORK_OF_MESSAGE / CUT_PAGES, /* to give a page back */
    PASSED_FOR_1 = 2,                        /* entries without a page, skipped for one unit of work */
};

/* The pages that one array of entries maps. */
struct section {
    uint32_t *entries; /* null: there is no table */
    uint32_t first;    /* the page of entry 0 */
};

static uint32_t table_index(uint32_t page)
{
    return (page - MAP_DIRECT) / TABLE_ENTRIES;
}

/* Returns the word that names the table of a page that is not direct, or null if there is no top. */
static uint32_t *table_word(struct block_map *map, uint32_t page)
{
    uint32_t index = table_index(page);

    if (index == 0)
        return &map->table;
    return map->top ? (uint32_t *)pages_at(map->top) + index - 1 : NULL;
}

static struct section section_of(struct block_map *map, uint32_t page)
{
    if (page < MAP_DIRECT)
        return (struct section){map->direct, 0};
    uint32_t *word = table_word(map, page), first = MAP_DIRECT + table_index(page) * TABLE_ENTRIES;
    return (struct section){word && *word ? pages_at(*word) : NULL, first};
}

static __attribute__((noinline)) uint32_t get_from_table(const struct block_map *map, uint32_t page)
{
    const struct section section = section_of((struct block_map *)map, page);
    return section.entries ? section.entries[page - section.first] : PAGE_NONE;
}

uint32_t block_map_get(const struct block_map *map, uint32_t page)
{
    return __builtin_expect(page < MAP_DIRECT, 1) ? map->direct[page] : get_from_table(map, page);
}

/* ----------------------------------------------------------------------------------------- adding */

static uint32_t take(struct block_map *map)
{
    map->pages++;
    return pages_take_unreserved();
}

static uint32_t take_table(struct block_map *map)
{
    uint32_t number = take(map);

    memset(pages_at(number), 0, PAGE_SIZE);
    return number;
}

/* Returns how many tables, including the top, are missing for the page's entry. */
static uint32_t shortfall(struct block_map *map, uint32_t page)
{
    if (page < MAP_DIRECT)
        return 0;
    const uint32_t *word = table_word(map, page);
    return word ? !*word : 2;
}

uint32_t block_map_add(struct block_map *map, uint32_t page)
{
    uint32_t tables = shortfall(map, page);

    if (!pages_have_unreserved(tables + 1))
        return PAGE_NONE;
    if (tables == 2)
        map->top = take_table(map);
    if (tables)
        *table_word(map, page) = take_table(map);
    struct section section = section_of(map, page);
    return section.entries[page - section.first] = take(map);
}

/* ----------------------------------------------------------------------------------------- removing */

static void give(struct block_map *map, uint32_t *entry)
{
    pages_give(*entry);
    *entry = PAGE_NONE;
    map->pages--;
}

/* Returns the index behind the last entry in `low` .. `end` that is not PAGE_NONE, or `low` if there is none. */
static uint32_t used_end(const uint32_t *entries, uint32_t low, uint32_t end)
{
    if (end > low && entries[end - 1])
        return end;
    for (; end >= low + 8; end -= 8) {
        const uint32_t *e = &entries[end - 8];
        if (e[0] | e[1] | e[2] | e[3] | e[4] | e[5] | e[6] | e[7])
            break;
    }
    while (end > low && !entries[end - 1])
        end--;
    return end;
}

/* Cuts from *end down to `low`, or until the message has done enough work. */
static void cut_section(struct block_map *map, struct section section, uint32_t *end, uint32_t low)
{
    while (*end > low && pages_work < WORK_OF_MESSAGE) {
        uint32_t used = section.first + used_end(section.entries, low - section.first, *end - section.first);
        pages_work += (*end - used) / PASSED_FOR_1;
        *end = used;
        if (used > low) {
            pages_work += WORK_GIVE;
            give(map, &section.entries[--*end - section.first]);
        }
    }
}

/* Removes a table that has no entries left, and the top with its first table. */
static void remove_table(struct block_map *map, uint32_t first)
{
    uint32_t *word = table_word(map, first);

    if (word && *word)
        give(map, word);
    if (first == TOP_FIRST && map->top)
        give(map, &map->top);
}

bool block_map_cut(struct block_map *map, uint32_t *end, uint32_t keep)
{
    while (*end > keep) {
        struct section section = section_of(map, *end - 1);
        uint32_t low = section.first > keep ? section.first : keep;
        if (section.entries)
            cut_section(map, section, end, low);
        else
            *end = low;
        if (*end > low)
            return false;
        if (*end == section.first && *end >= MAP_DIRECT)
            remove_table(map, section.first);
    }
    return true;
}

void block_map_destroy(struct block_map *map)
{
    for (uint32_t i = 0; i < MAP_DIRECT; i++)
        if (map->direct[i])
            give(map, &map->direct[i]);
    pages_give_tables(map->table, map->top, map->pages);
    *map = (struct block_map){.pages = 0};
}

/* ----------------------------------------------------------------------------------------- audit */

static uint32_t audit_entries(const uint32_t *entries, uint32_t count, uint32_t first, uint32_t end)
{
    uint32_t pages = 0;

    for (uint32_t i = 0; i < count; i++) {
        assert(!entries[i] || first + i < end);
        pages += entries[i] != PAGE_NONE;
    }
    return pages;
}

static uint32_t audit_table(uint32_t table, uint32_t first, uint32_t end)
{
    if (!table)
        return 0;
    assert(first < end);
    return 1 + audit_entries(pages_at(table), TABLE_ENTRIES, first, end);
}

uint32_t block_map_audit(const struct block_map *map, uint32_t end)
{
    uint32_t pages = audit_entries(map->direct, MAP_DIRECT, 0, end) + audit_table(map->table, MAP_DIRECT, end);

    if (map->top) {
        const uint32_t *tables = pages_at(map->top);
        assert(TOP_FIRST < end);
        pages++;
        for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
            pages += audit_table(tables[i], TOP_FIRST + i * TABLE_ENTRIES, end);
    }
    assert(pages == map->pages);
    return pages;
}
