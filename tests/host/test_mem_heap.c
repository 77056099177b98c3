/*
 * The memory server's own pages: so many free ones are kept, the others and what was given back are memory again, and a
 * page that could not be had is asked for again.
 *
 * sources: servers/mem/frames.c servers/mem/heap.c tests/host/fake_kernel.c
 */
#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "tests/host/check.h"
#include "tests/host/fake_kernel.h"

enum { PAGES = HEAP_KEPT + 3 };

static void start(void)
{
    fake_init((struct fake_ram){KERNEL_WINDOW_PAGES - 1000, 1000, 10});
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

static void some_are_kept(void)
{
    take_and_free();
    CHECK(heap_kept() == HEAP_KEPT && heap_give_back() && heap_kept() == 0 && !heap_give_back());
    uint32_t none_kept = frames_count().committed;
    take_and_free();
    CHECK(frames_count().committed == none_kept + HEAP_KEPT);
    heap_check();
    CHECK(heap_give_back() && frames_count().committed == none_kept);
    heap_check();
}

static void a_place_is_not_lost(void)
{
    uint32_t list = FRAME_NONE;
    void *page = heap_page();

    heap_page_free(page);
    heap_give_back();
    while (frames_lend_to(&list) != FRAME_NONE)
        continue;
    CHECK(!heap_page() && !heap_page());
    frames_return_all(&list);
    CHECK(heap_page() == page);
    heap_check();
}

int main(void)
{
    start();
    some_are_kept();
    start();
    a_place_is_not_lost();
    puts("test_mem_heap: what is free is kept or given back");
}
