#include "servers/mem/heap.h"

#include <assert.h>

#include "servers/mem/frames.h"
#include "servers/mem/kernel_calls.h"

enum { SLOT_FIRST = 64, PAGES_MAX = (HEAP_BYTES - HEAP_PAGES) >> PAGE_BITS };

#define ABSENT_NONE 0xffffffffu

struct free_page {
    struct free_page *next;
};

unsigned char *heap_pages;

static unsigned char *heap_base;
static struct arena page_frames, slot_links; /* H3 */
static struct free_page *free_pages;
static uint32_t pages_used, pages_free, first_absent;
static uint32_t slots_used, free_slot; /* 0: none */
static uint32_t frames_kept;           /* frames of the heap, and of the task's account */

void heap_init(void *base)
{
    heap_base = base;
    heap_pages = heap_base + HEAP_PAGES;
    page_frames = heap_arena(HEAP_FRAMES);
    slot_links = heap_arena(HEAP_SLOTS);
    free_pages = NULL;
    pages_used = pages_free = free_slot = 0;
    first_absent = ABSENT_NONE;
    slots_used = SLOT_FIRST;
    frames_kept = 0;
}

struct arena heap_arena(uint32_t offset)
{
    return (struct arena){.base = heap_base + offset};
}

/* Gives the server's own account the frames that its last call lacked; false: no memory. */
static bool account_refill(void)
{
    for (uint32_t shortfall = kernel_shortfall(); shortfall; shortfall--) {
        uint32_t frame = frames_lend();
        if (frame == NO_FRAME)
            return false;
        err_t err = kernel_donate(SERVER_SLOT_TASK, frame, 1);
        assert(err == OK);
        frames_kept++;
    }
    return true;
}

/* Maps a cleared frame at `at`; NO_FRAME: no memory. */
static uint32_t map_page(void *at)
{
    uint32_t frame = frames_lend();
    if (frame == NO_FRAME)
        return NO_FRAME;
    err_t err = kernel_clear(frame);
    assert(err == OK);
    while ((err = kernel_map_own(at, frame)) == ERR_ACCOUNT)
        if (!account_refill()) {
            frames_return(frame);
            return NO_FRAME;
        }
    assert(err == OK);
    frames_kept++;
    return frame;
}

bool arena_grow(struct arena *arena, uint32_t bytes)
{
    while (arena->pages << PAGE_BITS < bytes) {
        if (map_page(arena->base + (arena->pages << PAGE_BITS)) == NO_FRAME)
            return false;
        arena->pages++;
    }
    return true;
}

static uint32_t *word_of(const struct arena *arena, uint32_t index)
{
    return (uint32_t *)(void *)arena->base + index;
}

/* ----------------------------------------------------------------------------------------- pages */

static void *map_number(uint32_t number)
{
    void *page = heap_page_at(number);
    uint32_t frame = map_page(page);

    if (frame == NO_FRAME)
        return NULL;
    *word_of(&page_frames, number) = frame;
    return page;
}

static void add_absent(uint32_t number)
{
    *word_of(&page_frames, number) = first_absent;
    first_absent = number;
}

/* Takes an absent page off the list first, because its list entry will hold its frame. */
static void *map_absent(void)
{
    uint32_t number = first_absent;

    first_absent = *word_of(&page_frames, number);
    void *page = map_number(number);
    if (!page)
        add_absent(number);
    return page;
}

static void *map_next(void)
{
    if (pages_used == PAGES_MAX || !arena_grow(&page_frames, (pages_used + 1) * (uint32_t)sizeof(uint32_t)))
        return NULL;
    void *page = map_number(pages_used);
    pages_used += page != NULL;
    return page;
}

void *heap_page(void)
{
    struct free_page *page = free_pages;

    if (page) {
        free_pages = page->next;
        pages_free--;
        page->next = NULL;
        return page;
    }
    return first_absent != ABSENT_NONE ? map_absent() : map_next();
}

static void give_back(const void *page)
{
    uint32_t number = heap_page_number(page), *word = word_of(&page_frames, number);

    kernel_unmap_own(page);
    frames_return(*word);
    frames_kept--;
    add_absent(number);
}

void heap_page_free(void *page)
{
    struct free_page *freed = page;

    if (pages_free == HEAP_KEPT) {
        give_back(page);
        return;
    }
    freed->next = free_pages;
    free_pages = freed;
    pages_free++;
}

uint32_t heap_kept(void)
{
    return pages_free;
}

/* ----------------------------------------------------------------------------------------- slots */

/* Fills the slot once and empties it, so that the kernel's table has a leaf for it. */
uint32_t heap_new_slot(void)
{
    uint32_t slot = free_slot;
    err_t err;

    if (slot) {
        free_slot = *word_of(&slot_links, slot);
        return slot;
    }
    if (slots_used == SLOT_COUNT || !arena_grow(&slot_links, (slots_used + 1) * (uint32_t)sizeof(uint32_t)))
        return 0;
    while ((err = kernel_derive_frame(slots_used, 0)) == ERR_ACCOUNT)
        if (!account_refill())
            return 0;
    assert(err == OK);
    err = kernel_delete(slots_used);
    assert(err == OK);
    return slots_used++;
}

void heap_slot_free(uint32_t slot)
{
    *word_of(&slot_links, slot) = free_slot;
    free_slot = slot;
}

/* Panics unless the lists of absent pages and of free slots end. */
static void audit_lists(void)
{
    uint32_t absent = 0, slots = 0, listed = 0;

    for (uint32_t n = first_absent; n != ABSENT_NONE; n = *word_of(&page_frames, n))
        assert(n < pages_used && ++absent <= pages_used);
    for (uint32_t slot = free_slot; slot; slot = *word_of(&slot_links, slot))
        assert(slot >= SLOT_FIRST && slot < slots_used && ++slots < slots_used);
    for (const struct free_page *page = free_pages; page; page = page->next)
        listed++;
    assert(listed == pages_free && pages_free <= HEAP_KEPT);
}

uint32_t heap_audit(void)
{
    audit_lists();
    for (const struct free_page *page = free_pages; page; page = page->next) {
        const unsigned char *bytes = (const unsigned char *)page;
        for (size_t i = sizeof(*page); i < PAGE_SIZE; i++)
            assert(bytes[i] == 0);
    }
    return frames_kept;
}
