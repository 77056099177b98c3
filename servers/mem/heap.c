#include "servers/mem/heap.h"

#include <assert.h>

#include "servers/mem/frames.h"
#include "servers/mem/kernel_calls.h"

enum { SLOT_FIRST = 64 };

struct free_page {
    struct free_page *next;
};

unsigned char *heap_pages;

static unsigned char *heap_base;
static struct arena pages;
static struct free_page *free_pages;
static uint32_t slots_used;
static uint32_t frames_kept; /* for all that is here: mapped, or in the task's account */

void heap_init(void *base)
{
    heap_base = base;
    heap_pages = heap_base + HEAP_PAGES;
    pages = heap_arena(HEAP_PAGES);
    free_pages = NULL;
    slots_used = SLOT_FIRST;
    frames_kept = 0;
}

struct arena heap_arena(uint32_t offset)
{
    return (struct arena){.base = heap_base + offset};
}

/* Gives the server's own account what its last call lacked; false: no memory. */
static bool feed_account(void)
{
    for (uint32_t lacking = kernel_lacking(); lacking; lacking--) {
        uint32_t frame = frames_lend();
        if (frame == FRAME_NONE)
            return false;
        err_t err = kernel_donate(SERVER_SLOT_TASK, frame);
        assert(err == OK);
        frames_kept++;
    }
    return true;
}

static bool map_page(unsigned char *place)
{
    uint32_t frame = frames_lend();
    if (frame == FRAME_NONE)
        return false;
    err_t err = kernel_clear(frame);
    assert(err == OK);
    while ((err = kernel_map_own(place, frame)) == ERR_ACCOUNT)
        if (!feed_account()) {
            frames_return(frame);
            return false;
        }
    assert(err == OK);
    frames_kept++;
    return true;
}

bool arena_grow(struct arena *arena, uint32_t bytes)
{
    while (arena->pages << PAGE_BITS < bytes) {
        if (!map_page(arena->base + (arena->pages << PAGE_BITS)))
            return false;
        arena->pages++;
    }
    return true;
}

void *heap_page(void)
{
    struct free_page *page = free_pages;

    if (page) {
        free_pages = page->next;
        page->next = NULL;
        return page;
    }
    if (pages.pages == (HEAP_BYTES - HEAP_PAGES) >> PAGE_BITS)
        return NULL;
    return arena_grow(&pages, (pages.pages + 1) << PAGE_BITS) ? heap_page_at(pages.pages - 1)
                                                              : NULL;
}

void heap_page_free(void *page)
{
    struct free_page *freed = page;

    freed->next = free_pages;
    free_pages = freed;
}

/* Filling a slot and emptying it makes the kernel add what its table lacked. */
uint32_t heap_new_slot(void)
{
    err_t err;

    if (slots_used == SLOT_COUNT)
        return 0;
    while ((err = kernel_derive_run(slots_used, 0, 1)) == ERR_ACCOUNT)
        if (!feed_account())
            return 0;
    assert(err == OK);
    err = kernel_delete(slots_used);
    assert(err == OK);
    return slots_used++;
}

uint32_t heap_check(void)
{
    for (const struct free_page *page = free_pages; page; page = page->next) {
        const unsigned char *bytes = (const unsigned char *)page;
        for (size_t i = sizeof(*page); i < PAGE_SIZE; i++)
            assert(bytes[i] == 0);
    }
    return frames_kept;
}
