/*
 * The memory server when memory is scarce: what is refused changes nothing, and what comes back is whole and all zero.
 *
 * sources: servers/mem/server.c servers/mem/space.c servers/mem/regions.c servers/mem/pager.c
 * sources: servers/mem/fork.c servers/mem/shm_table.c servers/mem/casualty.c servers/mem/pools.c
 * sources: servers/mem/pages.c servers/mem/frames.c servers/mem/heap.c tests/host/fake_kernel.c
 * sources: tests/host/mem_client.c tests/host/mem_pair.c
 */
#include "libuser/libc/errno.h"
#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/mem/pools.h"
#include "servers/mem/layout.h"
#include "servers/mem/server.h"
#include "servers/mem/space.h"
#include "servers/proto/mem.h"
#include "tests/host/check.h"
#include "tests/host/mem_pair.h"

/* What a refused call leaves as it was. */
static uint32_t committed_free(void)
{
    struct frames_count count = frames_count();
    return (count.total - count.committed) << 16 ^ count.free;
}

/* With no frame for a table where the run is to be split. */
static void check_munmap_without_memory(void)
{
    static uint32_t hoard[FAKE_PAGES_MAX];
    uint32_t address, count = 0, before, promised = pair_promised();

    CHECK(mem_call(&a, MEM_MMAP, 0, 8 << 20, &address) == 0);
    while (count < FAKE_PAGES_MAX && (hoard[count] = frames_lend()) != FRAME_NONE)
        count++;
    before = committed_free();
    CHECK(pair_call(a, MEM_MUNMAP, address + PAGE_SIZE, PAGE_SIZE) == -ENOMEM && committed_free() == before);
    while (count > 0)
        frames_return(hoard[--count]);
    CHECK(pair_read(a, address + PAGE_SIZE) == 0);
    CHECK(pair_call(a, MEM_MUNMAP, address + PAGE_SIZE, PAGE_SIZE) == 0);
    CHECK(pair_call(a, MEM_MUNMAP, address, 8 << 20) == 0 && pair_promised() == promised);
}

/* While the task lives, the kernel has the frames that it was lent. */
static void check_lent_frames_come_back_late(void)
{
    enum { PLACES = 8, APART = 4 << 20 }; /* more tables than the task began with */
    struct mem_client client = pair_make(3);

    for (uint32_t at = MMAP_BASE; at < MMAP_BASE + PLACES * APART; at += APART) {
        CHECK(pair_call(client, MEM_MMAP, at, PAGE_SIZE) == 0);
        pair_write(client, at, 1);
    }
    CHECK(space_find(client.id)->donated != FRAME_NONE);
    CHECK(mem_manager(MEM_SPACE_DESTROY, client.id, 0) == 0 && !fake_task_lives(client.slot));
    uint32_t free = frames_count().free;
    fake_task_reap();
    frames_return_due();
    CHECK(frames_count().free > free);
}

/* H2: what was a space is zero as a page. */
static void check_discarded_space_is_zero(void)
{
    pair_end(pair_make(3));
    space_discard_spares();
    uint32_t *page = heap_page();
    for (uint32_t i = 0; i < PAGE_SIZE / sizeof *page; i++)
        CHECK(page[i] == 0);
    heap_page_free(page);
}

/* The frames of a pool that gets no slot go back: none is left below the kernel's window for a further leaf of the table. */
static void check_pool_without_a_slot(void)
{
    enum { LEAF = 256, PAGES = 5 };
    uint32_t slots[2 * LEAF], count = 0, list = FRAME_NONE, run = frames_lend_run(PAGES);

    do
        slots[count] = heap_new_slot();
    while (slots[count++] % LEAF != LEAF - 1);
    while (frames_lend_to(&list) != FRAME_NONE)
        continue;
    frames_return_run(run, PAGES);
    uint32_t before = committed_free();
    CHECK(pools_make(PAGES) == -ENOMEM && committed_free() == before);
    frames_return_all(&list);
    while (count)
        heap_slot_free(slots[--count]);
}

int main(void)
{
    static void (*const checks[])(void) = {check_munmap_without_memory, check_lent_frames_come_back_late,
                                           check_discarded_space_is_zero, check_pool_without_a_slot};

    pair_run("test_mem_scarce", checks, sizeof(checks) / sizeof(checks[0]));
}
