/*
 * The page map of a space, compared with an array that has an entry for each page.
 *
 * sources: servers/mem/pages.c servers/mem/frames.c servers/mem/heap.c servers/lib/account.c tests/host/fake_kernel.c
 * sources: tests/host/fake_frames.c
 */
#include "servers/mem/pages.h"

#include "servers/mem/frames.h"
#include "tests/host/check.h"
#include "tests/host/fake_kernel.h"

enum { LEAVES = 6, PAGES = LEAVES * LEAF_ENTRIES, STEPS = 60000, OTHER = PAGE_ZERO | PAGE_EXECUTE };

#define BASE 0x40000000u
#define END  (BASE + ((uint32_t)PAGES << PAGE_BITS))

static struct page_map map;
static uint32_t model[PAGES];

static uint32_t address_of(uint32_t page)
{
    return BASE + (page << PAGE_BITS);
}

static bool model_is_free(uint32_t page, uint32_t pages)
{
    for (uint32_t i = page; i < page + pages; i++)
        if (model[i])
            return false;
    return true;
}

/* Ranges of all sizes, often at the borders of leaves. */
static void choose_range(uint32_t *page, uint32_t *pages)
{
    *page = random_below(PAGES);
    if (random_below(3) == 0)
        *page &= -(uint32_t)LEAF_ENTRIES;
    uint32_t most = PAGES - *page;
    *pages = 1 + random_below(random_below(2) ? most : (most < 20 ? most : 20));
    if (random_below(4) == 0 && *pages > LEAF_ENTRIES)
        *pages &= -(uint32_t)LEAF_ENTRIES;
}

static void reserve(uint32_t page, uint32_t pages)
{
    if (!model_is_free(page, pages))
        return;
    pages_reserve(&map, address_of(page), pages, ENTRY_ANON);
    for (uint32_t i = page; i < page + pages; i++)
        model[i] = ENTRY_ANON;
}

static void set_one(uint32_t page)
{
    uint32_t *entry = pages_open(&map, address_of(page));

    CHECK(entry && *entry == model[page]);
    *entry = model[page] = OTHER;
}

static void release(uint32_t page, uint32_t pages)
{
    uint32_t address = address_of(page), end = address_of(page + pages);
    struct page_run run;

    pages_split(&map, address);
    pages_split(&map, end);
    while (pages_next(&map, address, end, &run)) {
        for (uint32_t i = 0; i < run.pages; i++) {
            uint32_t gone = (run.address - BASE) / PAGE_SIZE + i;
            CHECK(gone >= page && gone < page + pages && model[gone] == run_entry(&run, i));
            model[gone] = 0;
        }
        pages_remove(&map, &run);
    }
    CHECK(model_is_free(page, pages));
}

static void find_hole(uint32_t page, uint32_t pages)
{
    uint32_t found = address_of(page), before = found;

    while (!pages_find_hole(&map, &found, END, pages, 1 + random_below(100)) && found < END) {
        CHECK(found > before);
        before = found;
    }
    for (uint32_t i = page; i + pages <= PAGES; i++)
        if (model_is_free(i, pages)) {
            CHECK(found == address_of(i));
            return;
        }
    CHECK(found == END);
}

/* Walking finds every entry once, in order, and only in the range. */
static void walk(uint32_t page, uint32_t pages)
{
    uint32_t address = address_of(page), end = address_of(page + pages), next = page;
    struct page_run run;

    for (; pages_next(&map, address, end, &run); address = run_end(&run)) {
        uint32_t first = (run.address - BASE) / PAGE_SIZE;
        CHECK(run.pages && run_end(&run) <= end);
        for (; next < first; next++)
            CHECK(!model[next]);
        for (; next < first + run.pages; next++)
            CHECK(model[next] == run_entry(&run, next - first));
    }
    for (; next < page + pages; next++)
        CHECK(!model[next]);
}

int main(void)
{
    fake_init((struct fake_ram){0, 2000, 0});
    fake_start_frames();
    uint32_t page, pages;

    for (int step = 0; step < STEPS; step++) {
        choose_range(&page, &pages);
        switch (random_below(6)) {
        case 0:
            reserve(page, pages);
            break;
        case 1:
            set_one(page);
            break;
        case 2:
            release(page, pages);
            break;
        case 3:
            find_hole(page, 1 + random_below(40));
            break;
        case 4:
            walk(page, pages);
            break;
        default:
            CHECK(pages_get(&map, address_of(page)) == model[page]);
        }
        if (step % 64 == 0)
            pages_audit(&map);
    }
    release(0, PAGES);
    pages_destroy(&map);
    CHECK(pages_audit(&map) == 0);
    heap_audit();
    printf("test_mem_pages: %d steps agree\n", STEPS);
}
