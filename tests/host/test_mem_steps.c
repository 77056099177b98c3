/*
 * Long work of the memory server, in parts: a copy, an end, an exec, munmap, sbrk, the search for a free range. Each
 * part is bounded, others are served in between, and the result is as if all had been done at once.
 *
 * sources: servers/mem/ -servers/mem/kernel_calls.c -servers/mem/main.c servers/lib/account.c tests/host/fake_kernel.c
 * sources: tests/host/fake_frames.c tests/host/mem_accounts.c tests/host/mem_client.c tests/host/mem_pair.c
 */
#include <errno.h>
#include <string.h>

#include "servers/proto/slots.h"
#include "servers/lib/fault.h"
#include "servers/mem/frames.h"
#include "servers/proto/layout.h"
#include "servers/mem/heap.h"
#include "servers/mem/server.h"
#include "servers/mem/shm_table.h"
#include "servers/mem/space.h"
#include "servers/proto/mem.h"
#include "tests/host/check.h"
#include "tests/host/mem_accounts.h"
#include "tests/host/mem_pair.h"

enum { PAGES = 5 * STEP_PAGES, BYTES = PAGES * PAGE_SIZE, READ = RIGHT_READ, WRITE = RIGHT_WRITE };

static uint32_t parts;

/* A write of b's, which is served in between. */
static void others_are_served(void)
{
    parts++;
    uint32_t address = MMAP_BASE + parts * PAGE_SIZE;
    CHECK(mem_call_once(&b, MEM_MMAP, address, PAGE_SIZE, NULL) == 0);
    pair_write(b, address, parts);
    CHECK(mem_call_once(&b, MEM_MUNMAP, address, PAGE_SIZE, NULL) == 0);
    mem_accounts_check(0, 0);
    frames_audit();
}

static void begin_to_count(void)
{
    parts = 0;
    mem_between = others_are_served;
}

/* Fills `pages` pages of a's, each with its own word. */
static void fill(uint32_t address, uint32_t pages)
{
    for (uint32_t i = 0; i < pages; i++)
        pair_write(a, address + i * PAGE_SIZE, address + i);
}

static void check_filled(struct mem_client client, uint32_t address, uint32_t pages)
{
    for (uint32_t i = 0; i < pages; i++)
        CHECK(pair_read(client, address + i * PAGE_SIZE) == address + i);
}

static uint32_t map_filled(void)
{
    uint32_t address;

    CHECK(mem_call(&a, MEM_MMAP, 0, BYTES, &address) == 0);
    fill(address, PAGES);
    return address;
}

static uint32_t free_frames(void)
{
    return frames_count().free + heap_kept() + space_spares();
}

/* ---------------------------------------------------------------------------------- the copy */

static void check_copy(void)
{
    uint32_t address = map_filled(), hole = address + 7 * PAGE_SIZE;

    CHECK(mem_call(&a, MEM_MUNMAP, hole, PAGE_SIZE, NULL) == 0);
    pair_open(a, 5);
    pair_write(a, STACK_TOP - 2 * PAGE_SIZE, 1);
    begin_to_count();
    struct mem_client child = pair_fork(a, 3);
    CHECK(parts >= PAGES / STEP_PAGES && parts <= PAGES / STEP_PAGES + 2);
    CHECK(mem_manager(MEM_SPACE_FORK_MORE, a.id, 3) == -EINVAL); /* it is done */
    mem_check_mappings(&child);
    mem_check_mappings(&a);
    CHECK(fake_rights(child.slot, STACK_TOP - 2 * PAGE_SIZE) & WRITE); /* both would write there next */
    CHECK(!(fake_rights(child.slot, STACK_TOP - PAGE_SIZE) & WRITE));
    check_filled(child, address, 7);
    pair_dies(child, hole, 0);
    pair_write(child, address, 1);
    CHECK(pair_read(a, address) == address);
    CHECK(space_find(3)->committed == space_find(a.id)->committed && space_find(3)->heap_end == PAIR_BREAK);
    pair_end(child);
}

static int begin_copy(uint32_t parent, struct mem_client *child)
{
    *child = (struct mem_client){3, space_receive_slot()};
    fake_task_create(child->slot);
    message_page->tag = TAG(0, 1);
    struct words words = {{MEM_SPACE_FORK, parent, 3, 0}};
    CHECK(mem_exchange(NULL, TAG(0, 1), &words));
    return (int)words.w[0];
}

static void check_copy_is_given_up(void)
{
    struct mem_client child;
    uint32_t address = map_filled();

    others_are_served();
    uint32_t before = free_frames(), used = frames_account.used;

    CHECK(mem_manager(MEM_SPACE_FORK_MORE, a.id, b.id) == -EINVAL);
    CHECK(begin_copy(a.id, &child) == MEM_MORE);
    CHECK(mem_manager(MEM_SPACE_FORK_MORE, b.id, 3) == -EINVAL);
    CHECK(mem_manager(MEM_SPACE_FORK_MORE, 99, 3) == -ENOENT && mem_manager(MEM_SPACE_FORK_MORE, a.id, 99) == -ENOENT);
    CHECK(mem_map_segment(3, &pair_text) == -EINVAL && mem_manager(MEM_SPACE_FINISH, 3, PAIR_BREAK) == -EINVAL);
    CHECK(mem_manager(MEM_SPACE_CLEAR, 3, 10) == -EINVAL);
    CHECK(mem_manager_with_task(MEM_SPACE_FORK, 3, 4) == -EINVAL);
    CHECK(mem_call_once(NULL, MEM_SPACE_FORK_MORE, a.id, 3, NULL) == MEM_MORE);
    begin_to_count();
    CHECK(mem_manager(MEM_SPACE_DESTROY, 3, 0) == 0 && parts);
    CHECK(frames_account.used == used && free_frames() >= before - 1); /* the page where the stack ends */
    check_filled(a, address, PAGES);
    mem_check_mappings(&a);
}

/* A copy that has begun was promised everything: it continues when no memory is left. */
static void check_copy_without_memory(void)
{
    enum { SPANS = 60 };
    struct mem_client child;
    int status;

    for (uint32_t i = 0; i < SPANS; i++) {
        CHECK(pair_call(a, MEM_MMAP, MMAP_BASE + (i << LEAF_SHIFT), PAGE_SIZE) == 0);
        pair_write(a, MMAP_BASE + (i << LEAF_SHIFT), i);
    }
    CHECK(begin_copy(a.id, &child) == MEM_MORE);
    CHECK(space_find(3)->work_at < MMAP_BASE); /* lending took most of the step */
    mem_starve(0);
    while ((status = mem_call_once(NULL, MEM_SPACE_FORK_MORE, a.id, 3, NULL)) == MEM_MORE)
        ;
    mem_relieve();
    CHECK(status == 0);
    for (uint32_t i = 0; i < SPANS; i++)
        CHECK(pair_read(child, MMAP_BASE + (i << LEAF_SHIFT)) == i);
    pair_end(child);
}

/* More frames for tables than the kernel takes in a call; and pages each of which is treated differently from the one
 * before. */
static void check_copy_of_scattered_pages(void)
{
    enum { SPANS = 60 };

    for (uint32_t i = 0; i < SPANS; i++) {
        CHECK(pair_call(a, MEM_MMAP, MMAP_BASE + (i << LEAF_SHIFT), PAGE_SIZE) == 0);
        pair_write(a, MMAP_BASE + (i << LEAF_SHIFT), i);
    }
    CHECK(space_find(a.id)->lent > CALL_PAGES_MAX);
    begin_to_count();
    struct mem_client child = pair_fork(a, 3);
    CHECK(parts >= SPANS * 2 * RUN_PAGES / STEP_PAGES);
    for (uint32_t i = 0; i < SPANS; i++)
        CHECK(pair_read(child, MMAP_BASE + (i << LEAF_SHIFT)) == i);
    mem_between = NULL;
    pair_end(child);
    uint32_t address = map_filled();
    child = pair_fork(a, 3);
    for (uint32_t i = 0; i < PAGES; i += 2)
        pair_write(a, address + i * PAGE_SIZE, i);
    begin_to_count();
    struct mem_client another = pair_fork(a, 4);
    CHECK(parts >= PAGES * RUN_PAGES / STEP_PAGES);
    check_filled(child, address, PAGES);
    pair_end(child);
    pair_end(another);
}

/* Runs of pages cost steps even where nothing is mapped yet. */
static void check_copy_of_untouched_pages(void)
{
    enum { RUNS = 300 };

    for (uint32_t i = 0; i < RUNS; i++)
        CHECK(pair_call(a, MEM_MMAP, MMAP_BASE + 2 * i * PAGE_SIZE, PAGE_SIZE) == 0);
    begin_to_count();
    struct mem_client child = pair_fork(a, 3);
    CHECK(parts >= RUNS * RUN_PAGES / STEP_PAGES);
    pair_end(child);
}

/* Tables stay when their pages are unmapped. The frames for them are lent in parts, too, and have all been lent when
 * the copy is done. */
static void check_copy_of_tables(void)
{
    enum { TABLES = 150 }; /* lending for them takes more steps than all existing pages */
    struct mem_client c = pair_make(5), child;
    int status = MEM_MORE;

    for (uint32_t i = 0; i < TABLES; i++) {
        CHECK(pair_call(c, MEM_MMAP, MMAP_BASE + (i << TABLE_SHIFT), PAGE_SIZE) == 0);
        pair_write(c, MMAP_BASE + (i << TABLE_SHIFT), i);
    }
    for (int twice = 0; twice < 2; twice++) /* twice, as the first call leaves empty leaves */
        CHECK(pair_call(c, MEM_MUNMAP, MMAP_BASE, TABLES << TABLE_SHIFT) == 0);
    CHECK(begin_copy(c.id, &child) == MEM_MORE && space_find(3)->lent <= LENT_AT_ONCE + 2);
    for (uint32_t lent = space_find(3)->lent; status == MEM_MORE; lent = space_find(3)->lent) {
        status = mem_call_once(NULL, MEM_SPACE_FORK_MORE, c.id, 3, NULL);
        CHECK(space_find(3)->lent - lent <= LENT_AT_ONCE);
    }
    CHECK(status == 0 && space_find(3)->lent == space_find(c.id)->lent);
    CHECK(mem_call_once(NULL, MEM_SPACE_DESTROY, 3, 0, NULL) == MEM_TASK);
    pair_end(child);
    pair_end(c);
}

/* The size that the copy will have counts, not what it has so far. */
static void check_large_copy_is_given_up(void)
{
    enum { SIZE = 180 * PAGE_SIZE, SEGMENTS = 4 };
    struct mem_client c = {5, space_receive_slot()}, child;

    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, 5, 0) == 0);
    for (uint32_t i = 0; i < SEGMENTS; i++)
        CHECK(mem_map_segment(5, &(struct program_segment){PROGRAM_BASE + i * SIZE, SIZE, 0, SIZE, READ}) == 0);
    CHECK(mem_manager(MEM_SPACE_FINISH, 5, PROGRAM_BASE + SEGMENTS * SIZE) == 0);
    CHECK(begin_copy(c.id, &child) == MEM_MORE);
    CHECK(mem_call_once(NULL, MEM_SPACE_FORK_MORE, c.id, 3, NULL) == MEM_MORE);
    CHECK(mem_call_once(NULL, MEM_SPACE_DESTROY, 3, 0, NULL) == MEM_MORE && mem_manager(MEM_SPACE_DESTROY, 3, 0) == 0);
    pair_end(c);
}

/* ---------------------------------------------------------------------------------- the end */

static void check_end(void)
{
    uint32_t number = pair_open(b, 5);

    others_are_served();
    uint32_t used = frames_account.used, before = free_frames(), address = map_filled();
    CHECK(pair_open(a, 5) == number);
    CHECK(!mem_touch(&a, MMAP_LIMIT - PAGE_SIZE, 0));
    CHECK(mem_call_once(NULL, MEM_SPACE_DESTROY, a.id, 0, NULL) == MEM_MORE);
    CHECK(!space_find(a.id) && fake_task_lives(a.slot) && mem_manager(MEM_FATAL_FAULT, 0, 0) == -ENOENT);
    CHECK(mem_call_once(&a, MEM_MMAP, 0, PAGE_SIZE, NULL) == -EINVAL); /* a call that it had sent before */
    const uint32_t fault[4] = {address, FAULT_USER, 0, VECTOR_PAGE_FAULT};
    CHECK(!mem_send(&a, TAG_FAULT, fault));
    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, a.id, 0) == -EEXIST);
    begin_to_count();
    CHECK(mem_manager(MEM_SPACE_DESTROY, a.id, 0) == 0 && parts > PAGES / STEP_PAGES - 2);
    CHECK(!fake_task_lives(a.slot) && mem_manager(MEM_SPACE_DESTROY, a.id, 0) == -ENOENT);
    a = pair_make(a.id);
    CHECK(shm_table_count() == 1 && pair_call(b, MEM_SHM_CLOSE, 5, 0) == 0 && shm_table_count() == 0);
    CHECK(frames_account.used == used - 1 && free_frames() == before + 1);
}

/* One whose task mem may not destroy, and one whose task has died by itself. */
static void check_end_of_others_tasks(void)
{
    map_filled();
    fake_tasks_are_own = false;
    CHECK(mem_manager(MEM_SPACE_DESTROY, a.id, 0) == 0 && kernel_slot_is_empty(a.slot));
    fake_task_reap();
    space_settle();
    CHECK(!space_settling && !space_ending);
    fake_tasks_are_own = true;
    a = pair_make(a.id);
    map_filled();
    fake_task_destroy(a.slot);
    CHECK(mem_manager(MEM_SPACE_DESTROY, a.id, 0) == 0);
    a = pair_make(a.id);
}

/* Pages far apart, with a table and a leaf each; and, in another process, many segments. */
static void check_end_with_many_tables(void)
{
    enum { SPANS = STEP_PAGES + 8 };

    for (uint32_t i = 0; i < SPANS; i++) {
        CHECK(pair_call(a, MEM_MMAP, MMAP_BASE + (i << TABLE_SHIFT), PAGE_SIZE) == 0);
        pair_write(a, MMAP_BASE + (i << TABLE_SHIFT), i);
    }
    while (mem_call_once(NULL, MEM_SPACE_DESTROY, a.id, 0, NULL) == MEM_MORE)
        CHECK(fake_task_lives(a.slot));
    CHECK(fake_mappings(a.slot) == 0);
    CHECK(mem_call_once(NULL, MEM_SPACE_DESTROY, a.id, 0, NULL) == MEM_TASK && fake_task_lives(a.slot));
    fake_task_destroy(a.slot);
    CHECK(space_find_ending(a.id)->lent > 2 * STEP_PAGES &&
          mem_call_once(NULL, MEM_SPACE_DESTROY, a.id, 0, NULL) == MEM_MORE);
    CHECK(mem_call_once(NULL, MEM_SPACE_DESTROY, a.id, 0, NULL) == 0);
    CHECK(mem_call_once(NULL, MEM_SPACE_DESTROY, a.id, 0, NULL) == -ENOENT);
    a = pair_make(a.id);
    for (uint32_t i = 0; i < STEP_PAGES; i++)
        pair_open(a, i);
    begin_to_count();
    CHECK(mem_manager(MEM_SPACE_DESTROY, a.id, 0) == 0 && parts >= SEGMENT_PAGES && shm_table_count() == 0);
    a = pair_make(a.id);
}

/* ---------------------------------------------------------------------------------- exec */

static void check_clear(void)
{
    uint32_t used = frames_account.used;

    map_filled();
    uint32_t charged = frames_account.used;
    mem_starve(50);
    CHECK(mem_manager(MEM_SPACE_CLEAR, a.id, PAGES + 200) == -ENOMEM);
    mem_relieve();
    CHECK(frames_account.used == charged);
    begin_to_count();
    CHECK(mem_manager(MEM_SPACE_CLEAR, a.id, 60) == 0 && parts > PAGES / STEP_PAGES - 2);
    struct space *space = space_find(a.id);
    CHECK(space->committed == 0 && space->ahead == 60 && !space->heap_end && fake_mappings(a.slot) == 0);
    CHECK(mem_map_segment(a.id, &pair_text) == 0 && mem_manager(MEM_SPACE_FINISH, a.id, pair_data.address) == 0);
    CHECK(pair_call(a, MEM_MMAP, pair_data.address + PAGE_SIZE, PAGE_SIZE) == 0); /* where the old image was */
    CHECK(pair_call(a, MEM_MUNMAP, pair_data.address + PAGE_SIZE, PAGE_SIZE) == 0);
    CHECK(frames_account.used >= used && frames_account.used < charged - PAGES + 10);
    mem_check_mappings(&a);
}

static void check_clear_is_given_up(void)
{
    map_filled();
    CHECK(mem_call_once(NULL, MEM_SPACE_CLEAR, a.id, 60, NULL) == MEM_MORE);
    CHECK(mem_map_segment(a.id, &pair_text) == -EINVAL && mem_manager(MEM_SPACE_FINISH, a.id, PAIR_BREAK) == -EINVAL);
    CHECK(mem_manager_with_task(MEM_SPACE_FORK, a.id, 4) == -EINVAL);
    CHECK(mem_manager(MEM_SPACE_DESTROY, a.id, 0) == 0);
    a = pair_make(a.id);
}

/* ---------------------------------------------------------------------------------- regions */

static void check_munmap(void)
{
    uint32_t used = frames_account.used, address = map_filled(), rest = 0;

    CHECK(mem_call_once(&a, MEM_MUNMAP, address, BYTES, &rest) == MEM_MORE);
    CHECK(rest > address && rest < address + BYTES && (rest - address) / PAGE_SIZE <= STEP_PAGES);
    CHECK(!fake_rights(a.slot, rest - PAGE_SIZE) && pair_read(a, rest) == address + (rest - address) / PAGE_SIZE);
    begin_to_count();
    CHECK(mem_call(&a, MEM_MUNMAP, rest, address + BYTES - rest, NULL) == 0 && parts);
    mem_check_mappings(&a);
    CHECK(mem_call(&a, MEM_MMAP, address, BYTES, NULL) == 0 && mem_call(&a, MEM_MUNMAP, address, BYTES, NULL) == 0);
    CHECK(frames_account.used > used); /* the tables stay */
}

/* Over the whole address space, including the image: refused before anything is looked at. */
static void check_munmap_of_image(void)
{
    uint32_t address = map_filled();

    CHECK(mem_call_once(&a, MEM_MUNMAP, PROGRAM_BASE, MMAP_LIMIT - PROGRAM_BASE, NULL) == -EINVAL);
    CHECK(mem_call_once(&a, MEM_MUNMAP, pair_data.address + pair_data.memory_bytes - PAGE_SIZE, PAGE_SIZE, NULL) ==
          -EINVAL);
    CHECK(mem_call_once(&a, MEM_MUNMAP, PROGRAM_BASE, PAGE_SIZE, NULL) == -EINVAL);
    check_filled(a, address, PAGES);
    CHECK(mem_call(&a, MEM_MUNMAP, address, BYTES, NULL) == 0);
}

static int map_page(uint32_t space, uint32_t address)
{
    return mem_map_segment(space, &(struct program_segment){address, PAGE_SIZE, 0, PAGE_SIZE, READ});
}

/* As many parts as a program can have; adjacent pages are one part. munmap removes what is between them, and nothing of
 * them. */
static void check_image_of_many_parts(void)
{
    struct mem_client c = {3, space_receive_slot()};

    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, 3, 0) == 0);
    for (uint32_t i = 0; i < IMAGE_PARTS; i++) {
        uint32_t at = PROGRAM_BASE + i * 4 * PAGE_SIZE;
        CHECK(map_page(3, at) == 0 && map_page(3, at + PAGE_SIZE) == 0);
    }
    uint32_t end = PROGRAM_BASE + (IMAGE_PARTS * 4 - 2) * PAGE_SIZE, before = mem_state();
    CHECK(map_page(3, end + PAGE_SIZE) == -EINVAL && mem_state() == before &&
          !pages_get(&space_find(3)->pages, end + PAGE_SIZE));
    CHECK(map_page(3, end) == 0 && mem_manager(MEM_SPACE_FINISH, 3, end + PAGE_SIZE) == 0);
    struct mem_client child = pair_fork(c, 4);
    for (uint32_t at = PROGRAM_BASE; at < end + PAGE_SIZE; at += PAGE_SIZE) {
        bool between = (at - PROGRAM_BASE) / PAGE_SIZE % 4 > 1 && at < end;
        CHECK(pair_call(c, MEM_MUNMAP, at, PAGE_SIZE) == (between ? 0 : -EINVAL));
        CHECK(pair_call(child, MEM_MUNMAP, at, PAGE_SIZE) == (between ? 0 : -EINVAL));
    }
    pair_end(c);
    pair_end(child);
}

static void check_sbrk(void)
{
    uint32_t old = 0, first = page_up(PAIR_BREAK);

    CHECK(mem_call_once(&a, MEM_SBRK, BYTES, 0, NULL) == 0);
    fill(first, PAGES - 1);
    CHECK(mem_call_once(&a, MEM_SBRK, -(uint32_t)BYTES - PAGE_SIZE, 0, NULL) == -EINVAL);
    struct words words = {{MEM_SBRK, -(uint32_t)BYTES, 0, 0}};
    CHECK(mem_exchange(&a, 0, &words) && words.w[0] == MEM_MORE && words.w[1] == PAIR_BREAK + BYTES);
    CHECK(words.w[2] == space_find(a.id)->heap_end && words.w[1] - words.w[2] <= (STEP_PAGES + 1) * PAGE_SIZE);
    CHECK(mem_call_once(&a, MEM_SBRK, PAGE_SIZE, 0, NULL) == 0); /* the program may change its mind */
    CHECK(mem_call_once(&a, MEM_SBRK, -(uint32_t)PAGE_SIZE, 0, NULL) == 0);
    begin_to_count();
    CHECK(mem_call(&a, MEM_SBRK, PAIR_BREAK - words.w[2], 0, &old) == 0 && parts && old == words.w[2]);
    CHECK(space_find(a.id)->heap_end == PAIR_BREAK);
    mem_check_mappings(&a);
}

/* Every second page is taken: the search for a range of two pages goes past all of them. */
static void check_search(void)
{
    enum { TAKEN = 300 };
    uint32_t at = 0;

    for (uint32_t i = 0; i < TAKEN; i++)
        CHECK(mem_call_once(&a, MEM_MMAP, MMAP_BASE + 2 * i * PAGE_SIZE, PAGE_SIZE, NULL) == 0);
    begin_to_count();
    CHECK(mem_call(&a, MEM_MMAP, 0, 2 * PAGE_SIZE, &at) == 0 && parts >= TAKEN / 64);
    CHECK(at == MMAP_BASE + (2 * TAKEN - 1) * PAGE_SIZE);
    for (uint32_t i = 10; i >= 8; i--) /* the lower ones are free again: the next search begins there */
        CHECK(pair_call(a, MEM_MUNMAP, MMAP_BASE + 2 * i * PAGE_SIZE, PAGE_SIZE) == 0);
    CHECK(mem_call_once(&a, MEM_MMAP, 0, 10 * PAGE_SIZE, &at) == MEM_MORE);
    CHECK(mem_call_once(&a, MEM_MMAP, 0, 2 * PAGE_SIZE, &at) == 0 && at == MMAP_BASE + 16 * PAGE_SIZE);
    CHECK(pair_call(a, MEM_MUNMAP, MMAP_BASE + 4 * PAGE_SIZE, PAGE_SIZE) == 0);
    CHECK(mem_call_once(&a, MEM_MMAP, 0, 2 * PAGE_SIZE, &at) == 0 && at == MMAP_BASE + 4 * PAGE_SIZE);
    CHECK(mem_call_once(&a, MEM_MMAP, 0, 10 * PAGE_SIZE, &at) ==
          MEM_MORE); /* a range becomes free that the search has passed */
    CHECK(pair_call(a, MEM_MUNMAP, MMAP_BASE + 30 * PAGE_SIZE, 11 * PAGE_SIZE) == 0);
    CHECK(mem_call_once(&a, MEM_MMAP, 0, 10 * PAGE_SIZE, &at) == 0 && at == MMAP_BASE + 29 * PAGE_SIZE);
    space_find(a.id)->mmap_hint = MMAP_LIMIT - PAGE_SIZE;
    CHECK(mem_call(&a, MEM_MMAP, 0, 3 * PAGE_SIZE, &at) == 0 && at == MMAP_BASE + 18 * PAGE_SIZE);
    CHECK(mem_call(&a, MEM_MMAP, 0, MMAP_LIMIT - MMAP_BASE, &at) == -ENOMEM);
}

/* The later page is unmapped first, so the second call does not notice that the leaf is empty. */
static void leave_empty(uint32_t address)
{
    uint32_t later = address + LEAF_ENTRIES / 4 * PAGE_SIZE;

    CHECK(pair_call(a, MEM_MMAP, address, PAGE_SIZE) == 0 && pair_call(a, MEM_MMAP, later, PAGE_SIZE) == 0);
    pair_write(a, address, 1);
    pair_write(a, later, 1);
    CHECK(pair_call(a, MEM_MUNMAP, later, PAGE_SIZE) == 0 && pair_call(a, MEM_MUNMAP, address, PAGE_SIZE) == 0);
}

/* A search that passes many empty leaves takes several parts. */
static void check_empty_leaves(void)
{
    enum { ROUNDS = 3, LEAVES = 3 * LEAVES_AT_ONCE, LENGTH = LEAVES << LEAF_SHIFT };
    static const uint32_t calls[ROUNDS] = {MEM_MUNMAP, MEM_MMAP, MEM_SBRK};

    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t first = round < 2 ? MMAP_BASE + (8 << 20) : HEAP_LIMIT - LENGTH;
        for (uint32_t i = 0; i < LEAVES; i++)
            leave_empty(first + (i << LEAF_SHIFT));
        begin_to_count();
        uint32_t where = round < 2 ? first : HEAP_LIMIT - PAIR_BREAK;
        CHECK(mem_call(&a, calls[round], where, LENGTH, NULL) == (round ? -ENOMEM : 0) && parts >= 2);
        mem_between = NULL;
    }
}

/* A leaf whose last page is unmapped is freed, so no search looks at it again. */
static void check_no_leaf_is_left(void)
{
    uint32_t before = pages_audit(&space_find(a.id)->pages), address = MMAP_BASE + (8 << 20);

    for (uint32_t i = 0; i < 16; i++) {
        CHECK(mem_call(&a, MEM_MMAP, address + (i << 22), 3 * PAGE_SIZE, NULL) == 0);
        fill(address + (i << 22), 3);
    }
    CHECK(pages_audit(&space_find(a.id)->pages) == before + 16);
    CHECK(mem_call(&a, MEM_MUNMAP, address, 16 << 22, NULL) == 0);
    CHECK(pages_audit(&space_find(a.id)->pages) == before);
}

/* The client is gone: the reply is dropped. */
static void check_stale_reply(void)
{
    struct words words = {{MEM_TASK_FRAME}};

    message_page->tag = 0;
    uint32_t flags = server_handle(0, &words);
    CHECK(flags == (IPC_REPLY | IPC_EXTENDED) && server_refused(flags, ERR_STALE, &words) == 0);
    CHECK(kernel_slot_is_empty(message_page->items[0].slot));
}

int main(void)
{
    static void (*const checks[])(void) = {
        check_stale_reply,
        check_copy,
        check_copy_is_given_up,
        check_copy_without_memory,
        check_copy_of_scattered_pages,
        check_copy_of_untouched_pages,
        check_copy_of_tables,
        check_large_copy_is_given_up,
        check_end,
        check_end_of_others_tasks,
        check_end_with_many_tables,
        check_clear,
        check_clear_is_given_up,
        check_munmap,
        check_munmap_of_image,
        check_image_of_many_parts,
        check_sbrk,
        check_search,
        check_empty_leaves,
        check_no_leaf_is_left,
    };

    pair_run("test_mem_steps", checks, sizeof(checks) / sizeof(checks[0]));
    return 0;
}
