/*
 * The memory server's own pages: a number of free ones is kept, the others become memory again, and an allocation that
 * failed is tried again, without losing a frame.
 *
 * sources: servers/mem/frames.c servers/mem/heap.c tests/host/fake_kernel.c tests/host/fake_frames.c
 */
#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "tests/host/check.h"
#include "tests/host/fake_kernel.h"

enum { PAGES = HEAP_KEPT + 3 };

static void start(void)
{
    fake_init((struct fake_ram){LOW_MEMORY_PAGES - 1000, 1000, 10});
    fake_start_frames();
}

static void take_and_free(void)
{
    void *pages[PAGES];

    for (unsigned i = 0; i < PAGES; i++)
        CHECK((pages[i] = heap_page()) != NULL);
    for (unsigned i = 0; i < PAGES; i++)
        heap_page_free(pages[i]);
}

/* Pages beyond that number are given back, and their addresses are used next. */
static void some_are_kept(void)
{
    take_and_free();
    uint32_t own = heap_audit(), free = frames_count().free;
    CHECK(heap_kept() == HEAP_KEPT);
    take_and_free();
    CHECK(heap_kept() == HEAP_KEPT && heap_audit() == own && frames_count().free == free);
}

/* Without a frame no page can be had, and its address is not lost. */
static void an_address_is_not_lost(void)
{
    uint32_t list = NO_FRAME;
    void *pages[HEAP_KEPT + 1], *last;

    for (unsigned i = 0; i <= HEAP_KEPT; i++)
        pages[i] = heap_page();
    last = pages[HEAP_KEPT];
    for (unsigned i = 0; i <= HEAP_KEPT; i++)
        heap_page_free(pages[i]);
    for (unsigned i = 0; i < HEAP_KEPT; i++)
        CHECK(heap_page() != last);
    while (frames_lend_to(&list) != NO_FRAME)
        continue;
    CHECK(!heap_page() && !heap_page());
    CHECK(frames_return_some(&list, UINT32_MAX));
    CHECK(heap_page() == last);
    heap_audit();
}

/* One frame is left: the page takes it, and none is left for the table that the page lacks. */
static void a_frame_is_not_lost(void)
{
    struct arena arena = heap_arena(HEAP_SEGMENTS);
    uint32_t list = NO_FRAME, one = frames_lend();

    while (frames_lend_to(&list) != NO_FRAME)
        continue;
    frames_return(one);
    uint32_t free = frames_count().free;
    CHECK(!arena_grow(&arena, 1) && frames_count().free == free && frames_lend() != NO_FRAME);
}

int main(void)
{
    start();
    some_are_kept();
    start();
    an_address_is_not_lost();
    start();
    a_frame_is_not_lost();
    puts("test_mem_heap: what is free is kept or given back");
}
