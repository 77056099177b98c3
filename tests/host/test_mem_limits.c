/*
 * Limits: a program's memory is taken from the memory that it shared before, limits it and all its children, is its own
 * whatever others do, and goes back at its end.
 *
 * sources: servers/mem/ -servers/mem/kernel_calls.c -servers/mem/main.c servers/lib/account.c tests/host/fake_kernel.c
 * sources: tests/host/fake_frames.c tests/host/mem_client.c tests/host/mem_pair.c
 */
#include "servers/mem/audit.h"
#include "servers/mem/frames.h"
#include "servers/mem/server.h"
#include "servers/mem/shm_table.h"
#include "servers/mem/space.h"
#include "servers/proto/layout.h"
#include "servers/proto/mem.h"
#include "tests/host/check.h"
#include "tests/host/mem_pair.h"

#include <errno.h>

enum { CHILD = 20, GRANDCHILD = 21, LIMIT = 200 };

/* What an account with that limit costs besides the limit, in an account for which nothing is kept. */
static uint32_t cost(uint32_t limit)
{
    return ACCOUNT_COST + frames_low_kept(limit);
}

static uint32_t charged(struct mem_client client)
{
    const struct space *space = space_find(client.id);
    return space->committed + space->low + space->ahead + space->low_ahead;
}

static int set_limit(struct mem_client client, uint32_t frames)
{
    return pair_call(client, MEM_SET_LIMIT, frames, 0);
}

static void check_get_limit(struct mem_client client, uint32_t limit, uint32_t used)
{
    struct words words = {{MEM_GET_LIMIT}};

    message_page->tag = 0;
    CHECK(server_handle(client.id, &words) == IPC_REPLY && words.w[0] == 0 && words.w[1] == limit &&
          words.w[2] == used);
}

/* Each error, after which nothing has changed. */
static void check_refused(void)
{
    uint32_t before = mem_state(), all = frames_account.limit;

    CHECK(set_limit(a, all + 1) == -EPERM && set_limit(a, UINT32_MAX) == -EPERM);
    CHECK(set_limit(a, charged(a) - 1) == -EINVAL && set_limit(a, 0) == -EINVAL);
    CHECK(set_limit(a, all - charged(b)) == -ENOMEM); /* an account costs a frame */
    CHECK(mem_manager(MEM_SET_LIMIT, LIMIT, 0) == -EINVAL && mem_manager(MEM_GET_LIMIT, 0, 0) == -EINVAL);
    CHECK(set_limit(a, all) == 0 && mem_state() == before);
    check_get_limit(a, all, charged(a) + charged(b));
}

/* Everything that the others leave, and not one frame more. With all frames in low memory, no low memory has to be
 * kept. */
static void check_split_of_all(void)
{
    CHECK(set_limit(a, frames_account.limit - charged(b) - ACCOUNT_COST) == 0);
    CHECK(account_left(&frames_account) == 0 && pair_call(b, MEM_MMAP, 0, 1) == -ENOMEM);
    CHECK(pair_call(a, MEM_MMAP, 0, 100 * PAGE_SIZE) == 0 && pair_call(a, MEM_MUNMAP, MMAP_BASE, 100 * PAGE_SIZE) == 0);
}

/* The only program in an account can lower its limit, down to what it has, but not raise it again. */
static void check_lowered(void)
{
    uint32_t outside = account_left(&frames_account) + charged(a);

    CHECK(set_limit(a, LIMIT) == 0 && account_left(&frames_account) == outside - LIMIT - cost(LIMIT));
    CHECK(set_limit(a, LIMIT + 1) == -EPERM && set_limit(a, charged(a) - 1) == -EINVAL);
    CHECK(set_limit(a, charged(a)) == 0 && account_left(&frames_account) == outside - charged(a) - cost(charged(a)));
    CHECK(pair_call(a, MEM_MMAP, 0, 1) == -ENOMEM && pair_call(a, MEM_SHM_OPEN, 1, 0) == -ENOMEM);
    CHECK(pair_call(a, MEM_SBRK, 2 * PAGE_SIZE, 0) == -ENOMEM);
    check_get_limit(a, charged(a), charged(a));
    pair_end(a);
    CHECK(frames_account.used == charged(b));
    a = pair_make(1);
}

/* Children share it: their pages and their parent's together stay within it. It ends with the last of them. */
static void check_children(void)
{
    struct mem_client parent = pair_fork(a, 19);
    uint32_t before = frames_account.used - charged(parent);

    CHECK(set_limit(parent, LIMIT) == 0);
    struct mem_client child = pair_fork(parent, CHILD);
    check_get_limit(child, LIMIT, charged(parent) + charged(child));
    uint32_t left = LIMIT - charged(parent) - charged(child);
    CHECK(pair_call(child, MEM_SBRK, left * PAGE_SIZE, 0) == 0);
    CHECK(pair_call(parent, MEM_SBRK, PAGE_SIZE, 0) == -ENOMEM);
    CHECK(mem_manager_with_task(MEM_SPACE_FORK, parent.id, GRANDCHILD) == -ENOMEM);
    fake_task_reap();
    CHECK(pair_call(a, MEM_SBRK, PAGE_SIZE, 0) == 0 && pair_call(a, MEM_SBRK, (uint32_t)-PAGE_SIZE, 0) == 0);
    pair_end(parent);
    CHECK(frames_account.used == before + LIMIT + cost(LIMIT));
    CHECK(set_limit(child, LIMIT - 1) == 0); /* it is the only one now */
    pair_end(child);
    CHECK(frames_account.used == before);
}

/* The manager sets a limit for a program that does not run yet: everything that is loaded is within it. */
static void check_given_at_the_start(void)
{
    struct mem_client client = {CHILD, space_receive_slot()};

    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, CHILD, 0) == 0);
    CHECK(mem_manager(MEM_SPACE_LIMIT, CHILD + 1, LIMIT) == -ENOENT);
    CHECK(mem_manager(MEM_SPACE_LIMIT, CHILD, frames_account.limit + 1) == -EPERM);
    CHECK(mem_manager(MEM_SPACE_LIMIT, CHILD, SPACE_FRAMES - 1) == -EINVAL);
    CHECK(mem_manager(MEM_SPACE_LIMIT, CHILD, account_left(&frames_account) + SPACE_FRAMES) == -ENOMEM);
    CHECK(mem_manager(MEM_SPACE_LIMIT, CHILD, SPACE_FRAMES + 5) == 0);
    CHECK(mem_map_segment(CHILD, &pair_text) == 0 && mem_map_segment(CHILD, &pair_data) == -ENOMEM);
    check_get_limit(client, SPACE_FRAMES + 5, SPACE_FRAMES + 3); /* a table and a leaf for the text */
    CHECK(pair_call(client, MEM_SPACE_LIMIT, CHILD, 1) == -EPERM);
    pair_end(client);
    CHECK(frames_account.used == charged(a) + charged(b));
}

/* What the limit promised is there, when others have all the rest. */
static void check_kept_for_it(void)
{
    uint32_t address;

    CHECK(mem_call(&a, MEM_MMAP, 0, LIMIT * PAGE_SIZE, &address) == 0); /* with its tables */
    CHECK(pair_call(a, MEM_MUNMAP, address, LIMIT * PAGE_SIZE) == 0);
    CHECK(set_limit(a, LIMIT) == 0);
    mem_starve(0);
    CHECK(pair_call(b, MEM_MMAP, 0, 1) == -ENOMEM);
    uint32_t pages = LIMIT - charged(a);
    CHECK(mem_call(&a, MEM_MMAP, 0, pages * PAGE_SIZE, &address) == 0 && pair_call(a, MEM_MMAP, 0, 1) == -ENOMEM);
    for (uint32_t i = 0; i < pages; i++)
        pair_write(a, address + i * PAGE_SIZE, i);
    mem_relieve();
    CHECK(pair_call(a, MEM_MUNMAP, address, pages * PAGE_SIZE) == 0);
}

/* A deep stack is not promised: the fault's report says that it was the limit. */
static void check_fatal_fault_of_limit(void)
{
    struct words words = {{MEM_FATAL_FAULT}};

    CHECK(set_limit(a, charged(a)) == 0);
    for (uint32_t i = 1; i <= STACK_PROMISED; i++)
        pair_write(a, STACK_TOP - i * PAGE_SIZE, i);
    CHECK(!mem_touch(&a, STACK_TOP - STACK_PROMISED * PAGE_SIZE - 4, FAULT_WRITE));
    message_page->tag = 0;
    CHECK(server_handle(0, &words) == IPC_REPLY && words.w[1] == a.id);
    CHECK(words.w[3] & FATAL_FAULT_LIMIT && !(words.w[3] & FATAL_FAULT_NO_MEMORY) && words.w[3] & FAULT_WRITE);
}

/* What the next program needs is charged when the old one is cleared: no other program can take it in between. */
static void check_exec_is_charged_ahead(void)
{
    enum { FRAMES = 40 };

    mem_starve(0);
    CHECK(mem_manager(MEM_SPACE_CLEAR, a.id, FRAMES) == -ENOMEM);
    mem_starve(FRAMES);
    uint32_t used = frames_account.used, before = space_find(a.id)->committed;
    CHECK(mem_manager(MEM_SPACE_CLEAR, a.id, FRAMES) == 0 && frames_account.used == used - before + FRAMES);
    CHECK(mem_manager(MEM_SPACE_CLEAR, a.id, FRAMES) == 0 && frames_account.used == used - before + FRAMES);
    while (pair_call(b, MEM_SBRK, PAGE_SIZE, 0) == 0)
        continue;
    CHECK(mem_map_segment(a.id, &pair_text) == 0 && mem_map_segment(a.id, &pair_data) == 0);
    CHECK(space_find(a.id)->ahead == FRAMES - 3 && mem_manager(MEM_SPACE_FINISH, a.id, PAIR_BREAK) == 0);
    CHECK(space_find(a.id)->ahead == 0 && pair_call(b, MEM_SBRK, PAGE_SIZE, 0) == 0);
    mem_relieve();

    struct mem_client killed = pair_make(CHILD);
    CHECK(mem_manager(MEM_SPACE_CLEAR, CHILD, FRAMES) == 0 && space_find(CHILD)->ahead == FRAMES);
    pair_end(killed);
}

/* Limits within limits, down to a greatest depth; each is within the one above. */
static void check_depth(void)
{
    uint32_t limit = 1500, before = frames_account.used;
    struct mem_client chain[ACCOUNT_DEPTH_MAX + 1];

    for (uint32_t i = 0; i < ACCOUNT_DEPTH_MAX; i++) {
        chain[i] = pair_fork(i ? chain[i - 1] : a, 30 + i); /* so that the account has another holder */
        CHECK(set_limit(chain[i], limit -= 60) == 0);
        CHECK(space_find(chain[i].id)->account->depth == i + 1);
    }
    struct mem_client last = pair_fork(chain[ACCOUNT_DEPTH_MAX - 1], 60);
    CHECK(set_limit(last, charged(last)) == -EAGAIN);
    CHECK(mem_manager(MEM_SPACE_LIMIT, last.id, charged(last)) == -EAGAIN);
    for (uint32_t i = 0; i < ACCOUNT_DEPTH_MAX; i++)
        pair_end(chain[i]);
    CHECK(frames_account.used > before); /* the last one holds them all */
    pair_end(last);
    CHECK(frames_account.used == before);
}

/* A segment is charged to every space that has it open, for as long as it is open, even if its maker has ended. */
static void check_segment_of_two(void)
{
    uint32_t lent = space_find(a.id)->lent, of_a = charged(a), address = pair_open(a, 5), more = charged(a) - of_a;

    CHECK(more == 1 + TABLE_FRAMES + 1 && pair_open(a, 5) == address && charged(a) == of_a + more);
    CHECK(space_find(a.id)->lent > lent);
    uint32_t of_b = charged(b);
    pair_open(b, 5);
    CHECK(charged(b) == of_b + more);
    CHECK(pair_call(a, MEM_SHM_CLOSE, 5, 0) == 0 && pair_call(a, MEM_SHM_CLOSE, 5, 0) == 0);
    CHECK(charged(a) == of_a + more - 1 && charged(b) == of_b + more); /* the table stays */
    CHECK(set_limit(a, charged(a)) == 0 && pair_call(a, MEM_SHM_OPEN, 5, 0) == -ENOMEM);
    CHECK(pair_call(b, MEM_SHM_CLOSE, 5, 0) == 0);
}

/* If there is more memory than numbers of segments can use, each segment costs so much that the numbers suffice. */
static void check_price(void)
{
    enum { PRICE = 7, SPARE = 60 };

    shm_table.price = PRICE;
    uint32_t of_a = charged(a);
    pair_open(a, 5);
    uint32_t tables = charged(a) - of_a - PRICE;
    CHECK(tables == TABLE_FRAMES + 1 && pair_open(a, 6) && charged(a) == of_a + tables + 2 * PRICE);
    struct mem_client child = pair_fork(a, 9);
    CHECK(charged(child) == charged(a) && pair_call(child, MEM_SHM_CLOSE, 5, 0) == 0);
    CHECK(charged(child) == charged(a) - PRICE);
    CHECK(set_limit(child, charged(child) + PRICE + SPARE % PRICE) == 0);
    CHECK(pair_open(child, 7) && pair_call(child, MEM_SHM_OPEN, 8, 0) == -ENOMEM &&
          pair_call(child, MEM_SHM_OPEN, 5, 0) == -ENOMEM);
    audit_all();
    pair_end(child);
    CHECK(pair_call(a, MEM_SHM_CLOSE, 5, 0) == 0 && pair_call(a, MEM_SHM_CLOSE, 6, 0) == 0 &&
          charged(a) == of_a + tables);
}

/* What a task starts with is lent when its space is made. A child is lent as much as its parent has, so that it needs
 * no more. */
static void check_lent_at_first(void)
{
    struct mem_client client = {9, space_receive_slot()};

    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, client.id, 0) == 0 &&
          space_find(client.id)->lent == OBJECT_FRAMES - 1);
    pair_end(client);
    for (uint32_t at = MMAP_BASE; at < MMAP_BASE + (8 << 22); at += 1 << 22) {
        CHECK(pair_call(a, MEM_MMAP, at, PAGE_SIZE) == 0);
        pair_write(a, at, 1);
    }
    CHECK(space_find(a.id)->lent > OBJECT_FRAMES - 1);
    struct mem_client child = pair_fork(a, 10);
    CHECK(space_find(child.id)->lent >= space_find(a.id)->lent);
    pair_end(child);
}

int main(void)
{
    static void (*const checks[])(void) = {
        check_refused,
        check_given_at_the_start,
        check_lowered,
        check_children,
        check_kept_for_it,
        check_depth,
        check_fatal_fault_of_limit,
        check_segment_of_two,
        check_exec_is_charged_ahead,
        check_lent_at_first,
        check_price,
    };
    static void (*const checks_all_low[])(void) = {check_split_of_all};

    pair_run("test_mem_limits", checks, sizeof(checks) / sizeof(checks[0]));
    pair_ram.first = 16;
    pair_run("test_mem_limits, all in low memory", checks, sizeof(checks) / sizeof(checks[0]));
    pair_run("test_mem_limits, the same", checks_all_low, sizeof(checks_all_low) / sizeof(checks_all_low[0]));
}
