/*
 * The memory server's guarantees about segments, forks and reserved memory, and its behaviour when memory runs short.
 *
 * sources: servers/mem/ -servers/mem/kernel_calls.c -servers/mem/main.c servers/lib/account.c tests/host/fake_kernel.c
 * sources: tests/host/fake_frames.c tests/host/mem_client.c tests/host/mem_pair.c
 */
#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/mem/server.h"
#include "servers/mem/shm_table.h"
#include "servers/mem/space.h"
#include "servers/proto/layout.h"
#include "servers/proto/mem.h"
#include "tests/host/check.h"
#include "tests/host/mem_pair.h"

#include <errno.h>

static void check_shm(void)
{
    uint32_t address = pair_open(a, 5), before;

    CHECK(pair_call(b, MEM_SHM_CLOSE, 5, 0) == -ENOENT && pair_call(a, MEM_SHM_CLOSE, 6, 0) == -ENOENT);
    CHECK(pair_open(a, 5) == address && pair_open(a, 5) == address);
    CHECK(pair_open(b, 5) == address);
    pair_write(a, address, 42);
    CHECK(pair_read(b, address) == 42);

    /* A second thread's fault at a page that has been mapped meanwhile maps it again. */
    const uint32_t words[4] = {address, FAULT_WRITE | FAULT_USER, 0, 14};
    CHECK(mem_send(&a, TAG_FAULT, words) && pair_read(a, address) == 42);
    pair_dies(a, address, FAULT_EXECUTE);

    for (int i = 0; i < 2; i++)
        CHECK(pair_call(a, MEM_SHM_CLOSE, 5, 0) == 0 && pair_read(a, address) == 42);
    CHECK(pair_call(a, MEM_SHM_CLOSE, 5, 0) == 0);
    pair_dies(a, address, 0);
    CHECK(pair_call(a, MEM_SHM_CLOSE, 5, 0) == -ENOENT && pair_read(b, address) == 42);
    CHECK(pair_open(a, 5) == address && pair_read(a, address) == 42);
    CHECK(pair_call(a, MEM_SHM_CLOSE, 5, 0) == 0 && pair_call(b, MEM_SHM_CLOSE, 5, 0) == 0);
    CHECK(shm_table_count() == 0);
    CHECK(pair_read(a, pair_open(a, 5)) == 0); /* a new one */
    CHECK(pair_call(a, MEM_SHM_CLOSE, 5, 0) == 0);

    /* If the kernel refuses the grant, the segment is not open. */
    before = pair_promised();
    mem_refuse_one_in = 1;
    CHECK(pair_call(a, MEM_SHM_OPEN, 8, 0) == -EINVAL);
    mem_refuse_one_in = 0;
    CHECK(pair_call(a, MEM_SHM_CLOSE, 8, 0) == -ENOENT && pair_promised() == before);
}

/* A client that opens its window elsewhere has not opened the segment, and the page is mapped nowhere. */
static void check_shm_elsewhere(void)
{
    uint32_t before = pair_promised();

    mem_window_pages = SHM_PAGES;
    for (mem_window = PROGRAM_BASE; mem_window + (SHM_PAGES << PAGE_BITS) <= SHM_BASE; mem_window += PAGE_SIZE << 8)
        CHECK(pair_call(a, MEM_SHM_OPEN, 5, 0) == -EINVAL && shm_table_count() == 0 && pair_promised() == before);
    mem_window = 0;
    mem_window_pages = USER_END >> PAGE_BITS;
    uint32_t address = pair_open(a, 5);
    CHECK(address >= SHM_BASE && fake_rights(a.slot, address));
    CHECK(pair_call(a, MEM_SHM_CLOSE, 5, 0) == 0 && !fake_rights(a.slot, address) && pair_promised() == before);
    mem_window = SHM_BASE;
    mem_window_pages = SHM_PAGES;
}

/* A segment can be opened as often as the counter can count, and not once more. */
static void check_shm_counter(void)
{
    uint32_t address = pair_open(a, 1), *entry = pages_find(&space_find(a.id)->pages, address);

    *entry |= PAGE_VALUE - 1;
    CHECK(pair_call(a, MEM_SHM_OPEN, 1, 0) == -ENOMEM);
    *entry = (*entry & ~(uint32_t)PAGE_VALUE) | 1;
    CHECK(pair_call(a, MEM_SHM_CLOSE, 1, 0) == 0 && shm_table_count() == 0);
}

static void check_many_segments(void)
{
    enum { MANY = 1800 };
    uint32_t before = pair_promised(), info[3];

    for (uint32_t i = 0; i < MANY; i++)
        pair_write(a, pair_open(a, i * 7), i);
    struct mem_client child = pair_fork(a, 20);
    for (uint32_t i = 0; i < MANY; i++)
        CHECK(pair_read(child, pair_open(b, i * 7)) == i);
    struct words words = {{MEM_INFO}};
    message_page->tag = 0;
    CHECK(server_handle(a.id, &words) == IPC_REPLY);
    for (int i = 0; i < 3; i++)
        info[i] = words.w[i + 1];
    CHECK(info[0] == frames_count().free && info[1] == frames_count().total && info[2] == MANY);
    for (uint32_t i = 0; i < MANY; i++)
        CHECK(pair_call(b, MEM_SHM_CLOSE, i * 7, 0) == 0 && pair_call(a, MEM_SHM_CLOSE, i * 7, 0) == 0);
    CHECK(shm_table_count() == MANY);
    pair_end(child);
    CHECK(shm_table_count() == 0);
    pair_end(a);
    pair_end(b);
    a = pair_make(1);
    b = pair_make(2);
    CHECK(pair_promised() == before);
}

static void check_fork(void)
{
    uint32_t before = pair_promised(), shared = pair_open(a, 3);

    CHECK(pair_open(a, 3) == shared && pair_call(a, MEM_SBRK, 4096, 0) == 0);
    pair_write(a, 0x902000, 1);
    pair_write(a, 0x905000, 2);
    pair_write(a, STACK_TOP - 4, 7);
    struct mem_client child = pair_fork(a, 30), grandchild = pair_fork(child, 31);
    uint32_t free = frames_count().free;

    CHECK(fake_rights(child.slot, STACK_TOP - 1) & RIGHT_WRITE); /* copied at once */
    CHECK(fake_rights(a.slot, STACK_TOP - 1) & RIGHT_WRITE);
    pair_write(child, STACK_TOP - 4, 8);
    CHECK(pair_read(a, STACK_TOP - 4) == 7 && pair_read(grandchild, STACK_TOP - 4) == 7);
    CHECK(pair_read(child, 0x902000) == 1 && pair_read(grandchild, 0x902000) == 1);
    CHECK(frames_count().free == free); /* reading copies nothing */
    pair_write(child, 0x902000, 10);
    CHECK(pair_read(a, 0x902000) == 1 && pair_read(grandchild, 0x902000) == 1);
    pair_write(a, 0x902000, 11);
    CHECK(frames_count().free == free - 2);
    const uint32_t *word = fake_word(grandchild.slot, 0x902000);
    pair_write(grandchild, 0x902000, 12); /* the last one keeps the frame */
    CHECK(frames_count().free == free - 2 && fake_word(grandchild.slot, 0x902000) == word);
    CHECK(pair_read(a, 0x902000) == 11 && pair_read(child, 0x902000) == 10);
    CHECK(!(fake_rights(a.slot, 0x905000) & RIGHT_WRITE));

    pair_write(grandchild, shared, 77); /* shared through both forks */
    CHECK(pair_read(a, shared) == 77 && pair_read(child, shared) == 77);
    CHECK(pair_call(child, MEM_SHM_CLOSE, 3, 0) == 0 && pair_read(child, shared) == 77);
    CHECK(pair_call(child, MEM_SHM_CLOSE, 3, 0) == 0);
    pair_dies(child, shared, 0);
    CHECK(pair_call(a, MEM_SHM_CLOSE, 3, 0) == 0 && pair_call(a, MEM_SHM_CLOSE, 3, 0) == 0);
    CHECK(pair_read(grandchild, shared) == 77 && shm_table_count() == 1);
    pair_end(child);
    pair_end(grandchild);
    CHECK(shm_table_count() == 0 && pair_call(a, MEM_SBRK, (uint32_t)-4096, 0) == 0);
    CHECK(pair_promised() <= before + 1); /* a stack page may have been touched */
}

/* The thread died while its fault was handled, but its task lives: it may not keep a page that it was not meant to
 * have, and its next fault gets the right one. */
static void check_stale_fault(void)
{
    pair_write(a, 0x902000, 1);
    struct mem_client child = pair_fork(a, 35);
    const uint32_t words[4] = {0x902000, FAULT_PRESENT | FAULT_WRITE | FAULT_USER, 0, 14};

    mem_refuse_one_in = 1;
    mem_refusal = ERR_STALE;
    CHECK(!mem_send(&child, TAG_FAULT, words));
    mem_refuse_one_in = 0;
    mem_refusal = ERR_WINDOW;
    CHECK(mem_manager(MEM_FATAL_FAULT, 0, 0) == -ENOENT); /* no fault is to be reported */
    CHECK(!fake_rights(child.slot, 0x902000));
    struct mem_client grandchild = pair_fork(child, 36);
    pair_write(child, 0x902000, 3);
    CHECK(pair_read(a, 0x902000) == 1 && pair_read(grandchild, 0x902000) == 1);
    pair_write(grandchild, 0x902000, 2);
    CHECK(pair_read(child, 0x902000) == 3 && pair_read(a, 0x902000) == 1);
    pair_end(child);
    pair_end(grandchild);
}

/* What was promised is there: a program that got everything that was left can touch all of it, and so can its
 * neighbour. */
static void check_promises(void)
{
    uint32_t address, pages = 0;

    CHECK(mem_call(&a, MEM_MMAP, 0, 1, &address) == 0);
    while (pair_call(b, MEM_SBRK, 64 * PAGE_SIZE, 0) == 0)
        pages += 64;
    while (pair_call(b, MEM_SBRK, PAGE_SIZE, 0) == 0)
        pages++;
    CHECK(pair_call(a, MEM_MMAP, 0, 1) == -ENOMEM && pair_call(a, MEM_SHM_OPEN, 1, 0) == -ENOMEM);
    CHECK(mem_manager_with_task(MEM_SPACE_FORK, a.id, 40) == -ENOMEM && !space_find(40));
    uint32_t number; /* of a task frame, which comes from the reserve */
    CHECK(mem_call(NULL, MEM_TASK_FRAME, 0, 0, &number) == 0 && mem_manager(MEM_TASK_FRAME_END, number, 0) == 0);
    fake_task_reap();
    for (uint32_t i = 0; i < pages; i++)
        pair_write(b, 0x905000 + i * PAGE_SIZE, i);
    pair_write(a, address, 1);
    CHECK(!mem_touch(&a, STACK_LOW, FAULT_WRITE)); /* the stack was not promised */
    pair_end(b);
    struct words words = {{MEM_FATAL_FAULT}};
    message_page->tag = 0;
    CHECK(server_handle(0, &words) == IPC_REPLY && words.w[1] == a.id && words.w[2] == STACK_LOW);
    CHECK(words.w[3] & FATAL_FAULT_NO_MEMORY && words.w[3] & FAULT_WRITE);
    pair_write(a, STACK_LOW, 1);
    b = pair_make(2);
}

static const struct program_segment with_tail = {0x902000, 2 * PAGE_SIZE, 2, 8, RIGHT_READ | RIGHT_WRITE};

/* A segment of an image that does not fit is not mapped at all. */
static void check_starved_image(void)
{
    pair_end(pair_make(61)); /* the server then has what it needs for a space */
    struct mem_client client = {60, space_receive_slot()};

    fake_task_create(client.slot);
    CHECK(mem_call_tagged(NULL, TAG(0, 1), MEM_SPACE_CREATE, 60, 0) == 0);
    struct space *space = space_find(60);
    for (int i = 0; i < 3; i++) {
        mem_starve((uint32_t)i);
        CHECK(mem_map_segment(60, &pair_text) == -ENOMEM);
        CHECK(!fake_mappings(client.slot) && !pages_get(&space->pages, PROGRAM_BASE));
        CHECK(mem_map_segment(60, &with_tail) == -ENOMEM && !space->committed);
        CHECK(space->low == SPACE_FRAMES);
        space_audit(space);
        mem_relieve();
    }
    CHECK(mem_map_segment(60, &pair_text) == 0 && mem_map_segment(60, &with_tail) == 0);
    pair_end(client);
}

/* Pages for a task that is gone are not mapped: neither a frame nor a promise is left of them. */
static void check_image_of_a_dead_task(void)
{
    struct mem_client client = {60, space_receive_slot()};

    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, 60, 0) == 0);
    struct space *space = space_find(60);
    fake_task_destroy(client.slot);
    CHECK(mem_map_segment(60, &pair_text) == -ENOMEM && !pages_get(&space->pages, PROGRAM_BASE));
    CHECK(mem_map_segment(60, &with_tail) == -ENOMEM && !pages_get(&space->pages, 0x902000) && !space->committed);
    CHECK(mem_manager(MEM_SPACE_FINISH, 60, 0x904000) == -ENOMEM && !space->committed);
    CHECK(!pages_get(&space->pages, STACK_TOP - PAGE_SIZE) && !space->heap_end);
    space_audit(space);
    CHECK(mem_manager(MEM_SPACE_DESTROY, 60, 0) == 0);
}

/* A page comes with all tables that it can need, or not at all. */
static void check_starved_tables(void)
{
    const struct space *space = space_find(a.id);
    uint32_t rest = 0;

    for (mem_starve(0); pair_call(a, MEM_SHM_OPEN, 1, 0); mem_starve(++rest))
        CHECK(rest < 20 && shm_table_count() == 0);
    CHECK(rest == 1 + TABLE_FRAMES + 1);
    for (mem_starve(0), rest = 0; pair_call(a, MEM_MMAP, MMAP_BASE + PAGE_SIZE, 9 << 20); mem_starve(++rest))
        CHECK(rest < 3000 && !pages_get(&space->pages, MMAP_BASE + PAGE_SIZE));
    CHECK(rest == (9 << 20 >> PAGE_BITS) + 5 * TABLE_FRAMES + 3); /* from the first to the fifth table, three leaves */
    mem_starve(0);
    for (uint32_t at = MMAP_BASE + PAGE_SIZE; at < MMAP_BASE + (9 << 20); at += PAGE_SIZE)
        pair_write(a, at, at);
    CHECK(pair_call(a, MEM_MUNMAP, MMAP_BASE + (4 << 20), PAGE_SIZE) == 0);
    mem_relieve();
    pair_end(a);
    pair_end(b);
    CHECK(frames_count().free + heap_audit() == frames_count().total && frames_account.used == 0);
    a = pair_make(1);
    b = pair_make(2);
}

/* A task that mem may not destroy lives on without pages, and is destroyed later. */
static void check_early_destroy(void)
{
    struct mem_client client = pair_make(50);
    uint32_t free;

    pair_write(client, pair_open(client, 9), 1);
    fake_tasks_are_own = false;
    CHECK(mem_manager(MEM_SPACE_DESTROY, client.id, 0) == 0);
    CHECK(kernel_slot_is_empty(client.slot) && shm_table_count() == 0);
    free = frames_count().free;
    fake_task_reap();
    CHECK(mem_manager(MEM_SPACE_DESTROY, client.id, 0) == -ENOENT);
    CHECK(frames_count().free >= free);
}

int main(void)
{
    static void (*const checks[])(void) = {
        check_shm,           check_shm_elsewhere,        check_shm_counter,
        check_fork,          check_many_segments,        check_stale_fault,
        check_promises,      check_starved_image,        check_starved_tables,
        check_early_destroy, check_image_of_a_dead_task,
    };

    pair_run("test_mem_sharing", checks, sizeof(checks) / sizeof(checks[0]));
}
