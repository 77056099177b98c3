#include "servers/file/pages.h"

#include <assert.h>

/* A page's state. For a taken page it is the number of loans, for a free page or a dead table the next in the list. */
enum {
    STATE_NEXT = PAGES_MAX - 1,
    STATE_LOANS = STATE_NEXT,
    STATE_LENT = 1 << 20,
    STATE_FREE = 1 << 21,
    STATE_TOP = 1 << 22, /* a dead top */
};

enum { REAPED_AT_ONCE = 2 };

unsigned char *pages_base;
uint32_t pages_work;

static uint32_t *states;
static uint32_t page_count, carved, fresh;
static uint32_t first_free, free_count;
static uint32_t reserved;               /* pages taken from the reserve */
static uint32_t first_dead, dead_count; /* dead tables; the count includes their pages */
static uint32_t reaped_to;              /* entries of the first dead table before this are PAGE_NONE */

void pages_init(void *base, uint32_t count)
{
    assert(count >= 2 && count <= PAGES_MAX && (uintptr_t)base % PAGE_SIZE == 0);
    pages_base = base;
    states = base;
    page_count = count;
    carved = fresh = (count + TABLE_ENTRIES - 1) / TABLE_ENTRIES;
    first_free = free_count = first_dead = dead_count = reaped_to = 0;
    reserved = 0;
}

void *pages_carve(uint32_t pages)
{
    uint32_t number = fresh;

    assert(carved == fresh && pages <= page_count - fresh);
    carved = fresh += pages;
    return pages_at(number);
}

/* ----------------------------------------------------------------------------------------- dead tables */

static void add_dead(uint32_t table, uint32_t flags)
{
    states[table] = first_dead | flags;
    first_dead = table;
    reaped_to = 0;
}

static void remove_first_dead(void)
{
    uint32_t table = first_dead;

    first_dead = states[table] & STATE_NEXT;
    reaped_to = 0;
    states[table] = 0;
    pages_give(table);
    dead_count--;
}

/* Replaces a dead top by its tables. */
static void reap_top(void)
{
    const uint32_t *tables = pages_at(first_dead);

    remove_first_dead();
    for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
        if (tables[i])
            add_dead(tables[i], 0);
}

/* Returns the first entry from `at` on that is not PAGE_NONE, or TABLE_ENTRIES. */
static uint32_t next_entry(const uint32_t *entries, uint32_t at)
{
    while (at < TABLE_ENTRIES && at % 8 && !entries[at])
        at++;
    if (at % 8)
        return at;
    for (const uint32_t *e = entries + at; at < TABLE_ENTRIES; at += 8, e += 8)
        if (e[0] | e[1] | e[2] | e[3] | e[4] | e[5] | e[6] | e[7])
            break;
    while (at < TABLE_ENTRIES && !entries[at])
        at++;
    return at;
}

static void reap_table(void)
{
    uint32_t *entries = pages_at(first_dead), given = 0;

    while ((reaped_to = next_entry(entries, reaped_to)) < TABLE_ENTRIES) {
        if (given++ == REAPED_AT_ONCE)
            return;
        pages_give(entries[reaped_to]);
        entries[reaped_to] = PAGE_NONE;
        dead_count--;
    }
    remove_first_dead();
}

/* Frees at least one page. */
static void reap(void)
{
    if (states[first_dead] & STATE_TOP)
        reap_top();
    else
        reap_table();
}

void pages_give_tables(uint32_t table, uint32_t top, uint32_t pages)
{
    if (top)
        add_dead(top, STATE_TOP);
    if (table)
        add_dead(table, 0);
    dead_count += pages;
}

/* ----------------------------------------------------------------------------------------- loans */

void pages_lend(uint32_t number)
{
    assert((states[number] & STATE_LOANS) < LOANS_MAX);
    states[number] = (states[number] | STATE_LENT) + 1;
}

bool pages_is_lent(uint32_t number)
{
    return states[number] & STATE_LENT;
}

uint32_t pages_loans(uint32_t number)
{
    return states[number] & STATE_LOANS;
}

void pages_not_lent(uint32_t number)
{
    if (!(--states[number] & STATE_LOANS))
        states[number] = 0;
}

__attribute__((noinline)) void pages_end_loans(uint32_t number) /* out of line to keep pages_give() short */
{
    pages_work += WORK_REVOKE + WORK_REVOKE_LOAN * pages_loans(number);
    pages_revoke(number);
    states[number] = 0;
}

/* ----------------------------------------------------------------------------------------- taking, giving */

uint32_t pages_take(void)
{
    if (first_dead)
        reap();
    uint32_t number = first_free;
    if (number) {
        first_free = states[number] & STATE_NEXT;
        free_count--;
    } else if (fresh < page_count) {
        number = fresh++;
    } else {
        return PAGE_NONE;
    }
    states[number] = 0;
    return number;
}

bool pages_have_unreserved(uint32_t pages)
{
    return pages_free() >= pages + pages_in_reserve() - reserved;
}

uint32_t pages_in_reserve(void)
{
    return page_count / RESERVE_DIVISOR;
}

uint32_t pages_take_reserved(void)
{
    uint32_t number = pages_take();

    assert(number != PAGE_NONE && reserved < pages_in_reserve());
    reserved++;
    return number;
}

void pages_give_reserved(uint32_t number)
{
    reserved--;
    pages_give(number);
}

uint32_t pages_take_unreserved(void)
{
    return pages_have_unreserved(1) ? pages_take() : PAGE_NONE;
}

void pages_give(uint32_t number)
{
    assert(number >= carved && number < fresh && !(states[number] & STATE_FREE));
    if (states[number] & STATE_LENT)
        pages_end_loans(number);
    states[number] = first_free | STATE_FREE;
    first_free = number;
    free_count++;
}

uint32_t pages_free(void)
{
    return free_count + (page_count - fresh) + dead_count;
}

uint32_t pages_count(void)
{
    return page_count;
}

/* ----------------------------------------------------------------------------------------- audit */

static bool is_taken_unlent(uint32_t number)
{
    return number >= carved && number < fresh && states[number] == 0;
}

/* Counts a table and its pages. */
static uint32_t audit_table(uint32_t table)
{
    const uint32_t *entries = pages_at(table);
    uint32_t pages = 1;

    for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
        assert(!entries[i] || is_taken_unlent(entries[i]));
        pages += entries[i] != PAGE_NONE;
    }
    return pages;
}

static uint32_t audit_top(uint32_t top)
{
    const uint32_t *tables = pages_at(top);
    uint32_t pages = 1;

    for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
        if (tables[i])
            pages += audit_table(tables[i]);
    return pages;
}

static uint32_t audit_dead(void)
{
    uint32_t pages = 0;

    for (uint32_t table = first_dead; table; table = states[table] & STATE_NEXT) {
        assert(table >= carved && table < fresh && !(states[table] & (STATE_FREE | STATE_LENT)));
        pages += states[table] & STATE_TOP ? audit_top(table) : audit_table(table);
        assert(pages <= page_count);
    }
    return pages;
}

void pages_audit(uint32_t taken)
{
    uint32_t listed = 0;

    for (uint32_t number = first_free; number; number = states[number] & STATE_NEXT) {
        assert(number >= carved && number < fresh && states[number] & STATE_FREE);
        assert(++listed <= free_count);
    }
    assert(listed == free_count && audit_dead() == dead_count);
    assert(carved + taken + pages_free() == page_count);
}
