/*
 * Limits if most of the memory is high: the low memory that an account has for its tables stays available, whatever
 * others use, and comes back.
 *
 * sources: servers/mem/ -servers/mem/kernel_calls.c -servers/mem/main.c servers/lib/account.c tests/host/fake_kernel.c
 * sources: tests/host/fake_frames.c tests/host/mem_accounts.c tests/host/mem_client.c tests/host/mem_pair.c
 */
#include "servers/mem/frames.h"
#include "servers/mem/server.h"
#include "servers/mem/space.h"
#include "servers/proto/layout.h"
#include "servers/proto/mem.h"
#include "tests/host/check.h"
#include "tests/host/mem_accounts.h"
#include "tests/host/mem_pair.h"

#include <errno.h>

enum { LIMIT = 200, FIRST_SPAN = 256 << 20, SPARSE = 4 << 20, OF_SPAN = 1 + TABLE_FRAMES + 1 };

static void check_accounts(void)
{
    mem_accounts_check(mem_hoarded(), mem_hoarded_low());
    frames_audit();
}

static int set_limit(struct mem_client client, uint32_t frames)
{
    return pair_call(client, MEM_SET_LIMIT, frames, 0);
}

static uint32_t left(struct mem_client client)
{
    return account_left(space_find(client.id)->account);
}

/* Maps one page each in as many unused ranges of 4 MiB as possible, and writes to all of them. */
static uint32_t take_spans(struct mem_client client, uint32_t first)
{
    uint32_t count = 0;

    for (uint32_t at = first; at < MMAP_LIMIT && pair_call(client, MEM_MMAP, at, 1) == 0; at += SPARSE, count++)
        pair_write(client, at, at);
    return count;
}

/* A program without a limit takes all tables that there are; then frames are left, but none for tables. */
static void check_tables_of_others(void)
{
    CHECK(set_limit(a, LIMIT) == 0);
    CHECK(take_spans(b, FIRST_SPAN) > 100 && left(b) > 1000 && pair_call(b, MEM_SHM_OPEN, 1, 0) == -ENOMEM);
    check_accounts();
    uint32_t spans = left(a) / OF_SPAN;
    CHECK(take_spans(a, MMAP_BASE) == spans && left(a) < OF_SPAN);
    check_accounts();
}

/* Pages are where the tables are to be, and stay there when those in high memory have been freed. */
static void check_pages_of_others(void)
{
    uint32_t address;

    CHECK(set_limit(a, LIMIT) == 0);
    uint32_t pages = left(b) - 40;
    CHECK(mem_call(&b, MEM_MMAP, 0, pages * PAGE_SIZE, &address) == 0);
    for (uint32_t i = 0; i < pages; i++)
        pair_write(b, address + i * PAGE_SIZE, i);
    CHECK(pair_call(b, MEM_MUNMAP, address, (pages - 400) * PAGE_SIZE) == 0);
    take_spans(b, address + (100 << 22));
    CHECK(left(b) > 1000);
    uint32_t spans = left(a) / OF_SPAN;
    CHECK(take_spans(a, MMAP_BASE) == spans);
    check_accounts();
}

/* For an account of many frames a part is kept in low memory, and it can have more as long as there is some. A call
 * that needs more is refused, and nothing has changed. */
static void check_beyond_the_part(void)
{
    enum { LARGE = 1600 };
    uint32_t kept = frames_low_kept(LARGE);

    CHECK(kept < LARGE && kept > LARGE / 16);
    CHECK(set_limit(a, LARGE) == 0);
    take_spans(b, FIRST_SPAN);
    uint32_t low = space_find(a.id)->low, spans = take_spans(a, MMAP_BASE), before = mem_state();
    CHECK(spans == (kept - low) / (TABLE_FRAMES + 1) && left(a) > OF_SPAN);
    uint32_t next = MMAP_BASE + spans * SPARSE;
    CHECK(pair_call(a, MEM_MMAP, next, 1) == -ENOMEM && mem_state() == before);
    check_accounts();
    pair_end(b);
    CHECK(pair_call(a, MEM_MMAP, next, 1) == 0);
    check_accounts();
    b = pair_make(2);
}

/* If no low memory can be kept, there is no limit and no account. */
static void check_none_to_keep(void)
{
    take_spans(b, FIRST_SPAN);
    uint32_t before = mem_state(), promised = frames_count().promised_low;
    CHECK(left(a) > 2 * LIMIT && set_limit(a, LIMIT) == -ENOMEM);
    CHECK(mem_state() == before && frames_count().promised_low == promised && !space_find(a.id)->account->parent);
    check_accounts();
}

/* What is kept for an account under another comes from what is kept for the outer one, and costs nothing more. What
 * goes beyond that is charged. */
static void check_in_each_other(void)
{
    enum { OUTER = 1600 };
    uint32_t used = frames_account.used, promised = frames_count().promised_low;
    struct mem_client outer = pair_fork(a, 19);

    CHECK(set_limit(outer, OUTER) == 0);
    struct mem_client first = pair_fork(outer, 20), second = pair_fork(outer, 21);
    uint32_t free = left(outer) + mem_charged(space_find(first.id));
    CHECK(set_limit(first, 300) == 0 && left(outer) == free - 300 - ACCOUNT_COST);
    free = left(outer) + mem_charged(space_find(second.id));
    uint32_t rest = frames_low_kept(OUTER) - 300;
    CHECK(set_limit(second, 400) == 0 && left(outer) == free - 400 - ACCOUNT_COST - (400 - rest));
    check_accounts();
    CHECK(set_limit(second, 350) == 0 && left(outer) == free - 350 - ACCOUNT_COST - (350 - rest));
    CHECK(set_limit(second, 250) == 0 && left(outer) == free - 250 - ACCOUNT_COST);
    check_accounts();
    pair_end(outer); /* the others hold its account */
    pair_end(first);
    check_accounts();
    pair_end(second);
    CHECK(frames_account.used == used && frames_count().promised_low == promised);
}

/* An account and what is kept for it end with the last account under it. A program that is alone in an account can
 * lower it. */
static void check_lowered(void)
{
    enum { LARGE = 1600, LESS = 900 };

    CHECK(set_limit(a, LARGE) == 0);
    struct mem_client child = pair_fork(a, 19);
    CHECK(set_limit(child, 560) == 0);
    uint32_t used = frames_account.used, promised = frames_count().promised_low;
    pair_end(a);
    CHECK(frames_account.used == used && frames_count().promised_low == promised); /* the child's account holds it */
    pair_end(child);
    CHECK(frames_account.used == used - LARGE - frames_low_kept(LARGE) - ACCOUNT_COST);
    a = pair_make(1);
    CHECK(set_limit(a, LARGE) == 0);
    used = frames_account.used;
    CHECK(set_limit(a, LESS) == 0);
    CHECK(frames_account.used == used - (LARGE - LESS) - (frames_low_kept(LARGE) - frames_low_kept(LESS)));
    check_accounts();
}

static int clear_for(struct mem_client client, uint32_t frames, uint32_t low)
{
    struct words words = {{MEM_SPACE_CLEAR, client.id, frames, low}};

    CHECK(mem_exchange(NULL, 0, &words));
    return (int)words.w[0];
}

/* The tables of the next program are there for it; otherwise the old program stays. */
static void check_exec(void)
{
    enum { FRAMES = 40, TABLES = 6 };
    static const struct program_segment far = {0x20000000, PAGE_SIZE, 0, PAGE_SIZE, RIGHT_READ};

    take_spans(b, FIRST_SPAN);
    uint32_t before = mem_state();
    CHECK(clear_for(a, FRAMES, TABLES) == -ENOMEM && mem_state() == before && fake_mappings(a.slot) > 0);
    pair_end(b);
    b = pair_make(2);
    CHECK(clear_for(a, FRAMES, TABLES) == 0);
    check_accounts();
    take_spans(b, FIRST_SPAN);
    check_accounts();
    CHECK(mem_map_segment(a.id, &pair_text) == 0 && mem_map_segment(a.id, &far) == 0);
    CHECK(mem_manager(MEM_SPACE_FINISH, a.id, 0x20001000) == 0 && space_find(a.id)->low_ahead == 0);
    check_accounts();
    CHECK(clear_for(a, FRAMES, TABLES) == -ENOMEM); /* what it did not need is in use by others now */
}

/* The memory was promised for a program that was not loaded: when the space ends, everything is there again. */
static void check_exec_that_ends(void)
{
    uint32_t used = frames_account.used, promised = frames_count().promised_low;
    struct mem_client client = pair_make(19);

    CHECK(clear_for(client, 10, 6) == 0 && clear_for(client, 4, 9) == 0 && clear_for(client, 60, 9) == 0);
    check_accounts();
    CHECK(set_limit(client, LIMIT) == 0);
    check_accounts();
    pair_end(client);
    CHECK(frames_account.used == used && frames_count().promised_low == promised);
}

int main(void)
{
    static void (*const checks[])(void) = {
        check_tables_of_others,
        check_pages_of_others,
        check_beyond_the_part,
        check_none_to_keep,
        check_in_each_other,
        check_lowered,
        check_exec,
        check_exec_that_ends,
    };

    pair_run("test_mem_low", checks, sizeof(checks) / sizeof(checks[0]));
}
