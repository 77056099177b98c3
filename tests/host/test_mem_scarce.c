/*
 * The memory server when memory is scarce: a refused call changes nothing, and memory that comes back is complete and
 * zero.
 *
 * sources: servers/mem/ -servers/mem/kernel_calls.c -servers/mem/main.c servers/lib/account.c tests/host/fake_kernel.c
 * sources: tests/host/fake_frames.c tests/host/mem_client.c tests/host/mem_pair.c
 */
#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/mem/task_frames.h"
#include "servers/proto/layout.h"
#include "servers/mem/server.h"
#include "servers/mem/space.h"
#include "servers/proto/mem.h"
#include "tests/host/check.h"
#include "tests/host/mem_pair.h"

#include <errno.h>

/* A part of a run of untouched pages is unmapped when no memory is left: the table for this was promised with the
 * run. */
static void check_munmap_without_memory(void)
{
    uint32_t address, promised = pair_promised();

    CHECK(mem_call(&a, MEM_MMAP, 0, 8 << 20, &address) == 0);
    mem_starve(0);
    CHECK(pair_call(a, MEM_MUNMAP, address + PAGE_SIZE, PAGE_SIZE) == 0);
    CHECK(pair_read(a, address) == 0 && pair_read(a, address + (4 << 20)) == 0);
    mem_relieve();
    CHECK(pair_call(a, MEM_MUNMAP, address, 8 << 20) == 0 && pair_promised() == promised);
}

/* As long as the task lives, the kernel has the frames that it was lent. */
static void check_lent_frames_come_back_late(void)
{
    enum { SPANS = 6, APART = 4 << 20 }; /* more tables than the task began with */
    struct mem_client client = pair_make(3);

    for (uint32_t at = MMAP_BASE; at < MMAP_BASE + SPANS * APART; at += APART) {
        CHECK(pair_call(client, MEM_MMAP, at, PAGE_SIZE) == 0);
        pair_write(client, at, 1);
    }
    CHECK(space_find(client.id)->donated != NO_FRAME);
    fake_tasks_are_own = false;
    CHECK(mem_manager(MEM_SPACE_DESTROY, client.id, 0) == 0 && !fake_task_lives(client.slot));
    uint32_t free = frames_count().free, used = frames_account.used;
    space_settle();
    CHECK(frames_count().free == free && frames_account.used == used); /* not yet */
    fake_task_reap();
    space_settle();
    CHECK(frames_count().free > free && frames_account.used < used);
}

/* H2: what was a space is zero as a page. */
static void check_discarded_space_is_zero(void)
{
    struct mem_client clients[SPARES_KEPT + 1];

    for (uint32_t i = 0; i <= SPARES_KEPT; i++)
        clients[i] = pair_make(3 + i);
    for (uint32_t i = 0; i <= SPARES_KEPT; i++)
        pair_end(clients[i]);
    uint32_t *page = heap_page();
    for (uint32_t i = 0; i < PAGE_SIZE / sizeof *page; i++)
        CHECK(page[i] == 0);
    heap_page_free(page);
}

/* The frame for a task that gets no slot goes back: in low memory none is left for another leaf of the table. */
static void check_task_frame_without_a_slot(void)
{
    enum { LEAF = 256 };
    uint32_t slots[2 * LEAF], count = 0, list = NO_FRAME;

    do
        slots[count] = heap_new_slot();
    while (slots[count++] % LEAF != LEAF - 1);
    uint32_t one = frames_lend();
    while (frames_lend_to(&list) != NO_FRAME)
        continue;
    frames_return(one); /* for the task; none for the leaf */
    uint32_t before = mem_state();
    CHECK(task_frames_make() == -ENOMEM && mem_state() == before);
    CHECK(frames_return_some(&list, UINT32_MAX));
    while (count)
        heap_slot_free(slots[--count]);
}

int main(void)
{
    static void (*const checks[])(void) = {check_munmap_without_memory, check_lent_frames_come_back_late,
                                           check_discarded_space_is_zero, check_task_frame_without_a_slot};

    pair_run("test_mem_scarce", checks, sizeof(checks) / sizeof(checks[0]));
}
