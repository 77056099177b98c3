/*
 * Named segments: each error, limits, parts of long calls, and the state after clients that end half way.
 *
 * sources: servers/mem/ -servers/mem/kernel_calls.c -servers/mem/main.c servers/lib/account.c tests/host/fake_kernel.c
 * sources: tests/host/fake_frames.c tests/host/mem_client.c tests/host/mem_pair.c tests/host/mem_accounts.c
 */
#include "servers/mem/audit.h"
#include "servers/mem/frames.h"
#include "servers/mem/named.h"
#include "servers/mem/space.h"
#include "servers/proto/layout.h"
#include "servers/proto/mem.h"
#include "tests/host/check.h"
#include "tests/host/mem_accounts.h"
#include "tests/host/mem_named.h"
#include "tests/host/mem_pair.h"

#include <errno.h>
#include <string.h>

/* --------------------------------------------------------------------------------------------- errors */

static void check_errors(void)
{
    char longest[SHM_NAME_BYTES + 1];

    memset(longest, 'n', sizeof(longest));
    longest[SHM_NAME_BYTES] = 0;
    named_refuses(a, longest, SHM_CREATE, 1, -ENAMETOOLONG);
    longest[SHM_NAME_BYTES - 1] = 0;
    CHECK(named_detach(a, named_attached(a, longest, SHM_CREATE, 1)) == 0);
    named_refuses(a, "", SHM_CREATE, 1, -EINVAL);
    named_refuses(a, "s", SHM_CREATE | (SHM_FLAGS + 1), 1, -EINVAL);
    named_refuses(a, "s", SHM_CREATE, 0, -EINVAL);
    named_refuses(a, "s", SHM_CREATE, NAMED_PAGES_MAX + 1, -EINVAL);
    named_refuses(a, "s", SHM_CREATE, NAMED_PAGES_MAX, -ENOMEM);
    uint32_t address = named_attached(a, "s", SHM_CREATE, 3);
    named_refuses(b, "s", SHM_CREATE, 4, -EINVAL);
    named_refuses(a, "t", SHM_CREATE, NAMED_PAGES_MAX, -ENFILE);
    CHECK(named_detach(a, address + PAGE_SIZE) == -EINVAL && named_detach(a, SHM_BASE) == -EINVAL &&
          named_detach(a, 0) == -EINVAL && named_detach(b, address) == -EINVAL);

    /* No data at all; a name without an end, also one of 63 bytes with what follows it. */
    struct words words = {{MEM_SHM_ATTACH, SHM_CREATE, 1, 0}};
    CHECK(mem_exchange(&a, 0, &words) && (int)words.w[0] == -EINVAL);
    memset(message_page->words, 'x', sizeof(message_page->words));
    words = (struct words){{MEM_SHM_UNLINK, 0, 0, 0}};
    CHECK(mem_exchange(&a, 2, &words) && (int)words.w[0] == -ENAMETOOLONG);
    words = (struct words){{MEM_SHM_STATUS}};
    CHECK(mem_exchange(&a, 2, &words) && (int)words.w[0] == -ENAMETOOLONG);

    words = (struct words){{MEM_SHM_LIST, UINT32_MAX}};
    CHECK(mem_exchange(&a, 0, &words) && (int)words.w[0] == -ENOENT);

    /* A program can attach it as often as the counter can count, and not once more. */
    uint32_t *entry = pages_find(&space_find(a.id)->pages, address);
    *entry |= PAGE_VALUE;
    named_refuses(a, "s", 0, 0, -ENOMEM);
    *entry = (*entry & ~(uint32_t)PAGE_VALUE) | 1;
    CHECK(mem_manager(MEM_SHM_DETACH, address, 0) == -EINVAL && named_detach(a, address) == 0);
}

/* With any amount of memory left, a call does everything or nothing. */
static void check_scarce(void)
{
    uint32_t address;

    for (uint32_t rest = 0, done = 0; !done; rest++) {
        mem_starve(rest);
        uint32_t state = mem_state();
        done = named_attach(a, "s", SHM_CREATE, 1000, &address) == 0;
        CHECK(done || (mem_state() == state && named_count() == 0));
    }
    for (uint32_t page = 0; page < 1000; page++) /* what was promised is there */
        pair_write(a, address + (page << PAGE_BITS), page);
    mem_relieve();
    CHECK(named_detach(a, address) == 0);
}

static void check_limit(void)
{
    CHECK(pair_call(a, MEM_SHM_LIMIT, SHM_ATTACHED_MAX + 1, 0) == -EPERM);
    uint32_t one = named_attached(a, "1", SHM_CREATE, 1), two = named_attached(a, "2", SHM_CREATE, 1);
    CHECK(pair_call(a, MEM_SHM_LIMIT, 1, 0) == -EINVAL && pair_call(a, MEM_SHM_LIMIT, 2, 0) == 0 &&
          pair_call(a, MEM_SHM_LIMIT, 3, 0) == -EPERM);
    named_refuses(a, "3", SHM_CREATE, 1, -EMFILE);
    struct mem_client child = pair_fork(a, 3);
    named_refuses(child, "3", SHM_CREATE, 1, -EMFILE);
    CHECK(named_detach(child, two) == 0 && mem_manager(MEM_SPACE_CLEAR, 3, 0) == 0 &&
          pair_call(child, MEM_SHM_LIMIT, 3, 0) == -EPERM);
    pair_end(child);
    CHECK(named_detach(a, one) == 0 && named_detach(a, two) == 0);
}

/* ----------------------------------------------------------------------------------------------- units */

enum { LIMIT = 900, FIRST = 30 };

static uint32_t units_left(struct mem_client client)
{
    return account_left(limits_units(space_find(client.id)->account));
}

static const char *numbered(uint32_t number)
{
    static char name[] = "000000";

    for (int i = 5; i >= 0; i--, number /= 10)
        name[i] = (char)('0' + number % 10);
    return name;
}

/* Attaches as many small segments as the client can have: returns how many, and the error of the next. */
static uint32_t attach_many(struct mem_client client, uint32_t first, int *error)
{
    uint32_t count = 0, address;

    while (!(*error = named_attach(client, numbered(first + count), SHM_CREATE, 1, &address)))
        count++;
    return count;
}

/* A greedy program and its children have all units that are not promised; a program with a limit has all that came with
 * the limit. */
static void check_units_promised(void)
{
    struct mem_client greedy[NAMED_UNITS / SHM_ATTACHED_MAX + 1];
    uint32_t count = 0, total = 0;
    int error = -EMFILE;

    CHECK(pair_call(a, MEM_SET_LIMIT, LIMIT, 0) == 0 && units_left(a) >= UNITS_ENOUGH);
    uint32_t promised = units_left(a), all = units_left(b);
    CHECK(promised >= LIMIT * NAMED_UNITS / frames_account.limit && all + promised == NAMED_UNITS);
    for (; error == -EMFILE; count++) {
        greedy[count] = pair_fork(b, FIRST + count);
        total += attach_many(greedy[count], total, &error);
    }
    CHECK(error == -ENFILE && total == all);
    struct mem_client copy = pair_fork(greedy[0], FIRST + count);
    uint32_t used = mem_charged(space_find(copy.id));
    CHECK(pair_call(copy, MEM_SET_LIMIT, used, 0) == -ENOMEM && units_left(b) == 0); /* it has no unit of its own */
    pair_end(copy);
    CHECK(pair_call(greedy[0], MEM_SET_LIMIT, used, 0) == 0 && units_left(greedy[0]) == 0 && units_left(b) == 0);
    CHECK(attach_many(a, NAMED_UNITS, &error) == SHM_ATTACHED_MAX && error == -EMFILE);
    struct mem_client child = pair_fork(a, FIRST + count);
    CHECK(units_left(a) == promised - 2 * SHM_ATTACHED_MAX);
    CHECK(mem_manager_with_task(MEM_SPACE_FORK, a.id, FIRST + count + 1) ==
          (units_left(a) < SHM_ATTACHED_MAX ? -ENOMEM : 0));
    fake_task_reap();
    pair_end(child);
    while (count--)
        pair_end(greedy[count]);
    CHECK(units_left(b) == all && units_left(a) == promised - SHM_ATTACHED_MAX);
    CHECK(pair_call(a, MEM_SET_LIMIT, mem_charged(space_find(a.id)), 0) == 0 && units_left(a) == 0);
}

/* A program that keeps the segment of another pays for its range, and the other no longer does. */
static void check_units_of_strangers(void)
{
    uint32_t all = units_left(b), address = named_attached(a, "s", SHM_CREATE, 65), promised;

    CHECK(units_left(b) == all - 2 && named_attached(b, "s", 0, 0) == address && units_left(b) == all - 2);
    CHECK(pair_call(a, MEM_SET_LIMIT, LIMIT, 0) == 0);
    promised = units_left(a) + 2;
    CHECK(units_left(b) == all - promised - 2); /* b's segment, in addition to a's own */
    CHECK(named_detach(a, address) == 0 && units_left(a) == promised && named_attached(a, "s", 0, 0) == address);
    CHECK(units_left(a) == promised - 2 && named_detach(b, address) == 0 && units_left(b) == all - promised);
    CHECK(named_attached(b, "s", 0, 0) == address && units_left(b) == all - promised - 2);
    CHECK(named_detach(a, address) == 0 && named_detach(b, address) == 0 && units_left(b) == all - promised);
    struct mem_client small = pair_fork(b, FIRST);
    CHECK(pair_call(small, MEM_SET_LIMIT, mem_charged(space_find(FIRST)), 0) == 0 && units_left(small) == UNITS_ENOUGH);
    pair_end(small);
}

/* The units that a program uses go with it into its limit, however many are left; and so into a limit within that, and
 * into a lowered one. */
static void check_units_move(void)
{
    enum { PAGES = 300, UNITS = 8 };
    uint32_t all = units_left(b), address = named_attached(a, "m", SHM_CREATE, PAGES);

    CHECK(units_left(b) == all - UNITS && pair_call(a, MEM_SET_LIMIT, LIMIT, 0) == 0);
    uint32_t limit = units_left(a) + UNITS;
    CHECK(units_left(b) == all - limit);
    struct mem_client child = pair_fork(a, FIRST);
    CHECK(units_left(a) == limit - 2 * UNITS);
    CHECK(pair_call(child, MEM_SET_LIMIT, mem_charged(space_find(FIRST)), 0) == 0 && units_left(a) < limit - 2 * UNITS);
    CHECK(units_left(child) >= UNITS && pair_call(a, MEM_SET_LIMIT, LIMIT - 1, 0) == -ENOMEM);
    pair_end(child);
    CHECK(units_left(a) == limit - UNITS && pair_call(a, MEM_SET_LIMIT, 400, 0) == 0 &&
          units_left(a) < limit - 2 * UNITS);
    CHECK(named_detach(a, address) == 0);
    pair_end(a);
    CHECK(units_left(b) == all);
    a = pair_make(1);
}

/* ---------------------------------------------------------------------------------------------- ranges */

static void check_ranges(void)
{
    enum { COUNT = NAMED_UNITS, UNIT = 1 << NAMED_UNIT_SHIFT, UNIT_PAGES = UNIT / PAGE_SIZE };
    static uint32_t ranges[COUNT];

    CHECK(named_reserve_range(NAMED_PAGES_MAX) == NAMED_BASE && !named_reserve_range(1));
    named_free_range(NAMED_BASE);
    for (int i = 0; i < COUNT; i++)
        CHECK((ranges[i] = named_reserve_range(UNIT_PAGES)) == NAMED_BASE + (uint32_t)i * UNIT);
    CHECK(!named_reserve_range(1));
    for (int i = 0; i < COUNT; i += 2)
        named_free_range(ranges[i]);
    CHECK(!named_reserve_range(UNIT_PAGES + 1) && named_reserve_range(1) == ranges[0]);
    named_free_range(ranges[1]);
    named_free_range(ranges[3]);
    CHECK(named_reserve_range(UNIT_PAGES + 1) == ranges[2]); /* of units 2 and 3 */
    named_free_range(ranges[0]);
    named_free_range(ranges[2]);
    for (int i = 5; i < COUNT; i += 2)
        named_free_range(ranges[i]);
    CHECK(named_reserve_range(NAMED_PAGES_MAX) == NAMED_BASE);
    named_free_range(NAMED_BASE);
}

/* --------------------------------------------------------------------------------------------- in parts */

enum { LARGE = 1500 };
static uint32_t parts, large, large_slot;

static void count_part(void)
{
    parts++;
    CHECK(named_holders("l") == 0); /* a segment that is being freed cannot be attached */
    for (uint32_t page = 0; named_at(large) && page < named_at(large)->freed; page++)
        CHECK(!fake_rights(large_slot,
                           large + (page << PAGE_BITS))); /* and its frames, which others get, are not mapped */
}

static uint32_t make_large(struct mem_client client)
{
    large = named_attached(client, "l", SHM_CREATE, LARGE);
    for (uint32_t page = 0; page < LARGE; page++)
        pair_write(client, large + (page << PAGE_BITS), page + 1);
    parts = 0;
    large_slot = client.slot;
    return large;
}

static void check_parts(void)
{
    make_large(a);
    mem_between = count_part;
    CHECK(named_unlinks(a, "l") == 0 && named_detach(a, large) == 0 &&
          parts >= LARGE * (SEGMENT_PAGES + 1) / STEP_PAGES - 1);
    make_large(a);
    CHECK(named_unlinks(a, "l") == 0 && mem_manager(MEM_SPACE_CLEAR, a.id, 0) == 0 &&
          parts >= LARGE * (SEGMENT_PAGES + 1) / STEP_PAGES - 1);
    CHECK(mem_manager(MEM_SPACE_FINISH, a.id, PROGRAM_BASE) == 0 && named_count() == 0);
    struct mem_client c = pair_make(3);
    make_large(c);
    CHECK(named_unlinks(c, "l") == 0 && mem_manager(MEM_SPACE_DESTROY, c.id, 0) == 0);
    CHECK(parts >= LARGE * (SEGMENT_PAGES + 1) / STEP_PAGES - 1 && named_count() == 0);
    mem_between = NULL;
}

static int detach_part(struct mem_client client)
{
    return mem_call_once(&client, MEM_SHM_DETACH, large, 0, NULL);
}

/* Detaches so far that the segment's frames are being freed. */
static void detach_half(struct mem_client client)
{
    while (detach_part(client) == MEM_MORE && named_at(large)->freed == 0)
        ;
    CHECK(named_at(large)->freed);
}

/* Whether or not the frames and the rest fill the last step. */
static void check_full_steps(void)
{
    uint32_t state = 0;

    for (uint32_t touched = 40; touched < 70; touched++) {
        struct mem_client c = pair_make(3);
        uint32_t address = named_attached(c, "l", SHM_CREATE, LARGE), other = named_attached(c, "o", SHM_CREATE, 1);
        for (uint32_t page = 1; page <= touched; page++)
            pair_write(c, address + (page << PAGE_BITS), page);
        pair_write(c, other, 1);
        CHECK(mem_manager(MEM_SPACE_DESTROY, c.id, 0) == 0 && named_count() == 0 && named_audit() == 0);
        CHECK(!state || mem_state() == state); /* from the second round on nothing more is kept */
        state = mem_state();
    }
}

/* The page before a segment's first page belongs to another segment; both end. */
static void check_end_of_neighbours(void)
{
    enum { UNIT_PAGES = 1 << (NAMED_UNIT_SHIFT - PAGE_BITS) };
    struct mem_client c = pair_make(3);
    uint32_t address = named_attached(c, "l", SHM_CREATE, UNIT_PAGES), next = named_attached(c, "n", SHM_CREATE, 1);

    CHECK(next == address + (UNIT_PAGES << PAGE_BITS));
    pair_write(c, next - PAGE_SIZE, 1);
    pair_end(c);
    CHECK(named_count() == 0 && named_audit() == 0);
}

/* A client that does not continue its detach has no access any more. Everything it paid for is freed with it. */
static void check_half_detached(void)
{
    make_large(a);
    detach_half(a);
    pair_dies(a, large, 0);
    pair_dies(a, large + PAGE_SIZE, FAULT_WRITE);
    named_refuses(a, "l", 0, 0, -ENOENT);
    struct mem_client child = pair_fork(a, 3);
    pair_dies(child, large, 0);
    CHECK(named_detach(a, large) == 0 && named_count() == 1);
    pair_dies(child, large + PAGE_SIZE, 0);
    pair_end(child);
    CHECK(named_count() == 0);

    make_large(a);
    detach_half(a);
    pair_end(a);
    CHECK(named_count() == 0);
    a = pair_make(1);
}

/* Others see what they saw before. Pages that the client touches between two parts are freed, too. */
static void check_detached_beside_others(void)
{
    make_large(a);
    named_attached(b, "l", SHM_READ_ONLY, 0);
    CHECK(detach_part(a) == MEM_MORE);
    pair_write(a, large + PAGE_SIZE, 77);
    CHECK(named_detach(a, large) == 0 && named_holders("l") == 1 && fake_rights(a.slot, large + PAGE_SIZE) == 0);
    CHECK(pair_read(b, large + PAGE_SIZE) == 77 && pair_read(b, large + ((LARGE - 1) << PAGE_BITS)) == LARGE);
    mem_check_mappings(&a);
    CHECK(named_detach(b, large) == 0);
}

/* A copy is charged for what its parent has before it has that itself. If it ends before that, everything is given
 * back. */
static void check_units_of_a_half_copy(void)
{
    enum { HEAP = 3 * STEP_PAGES, UNITS = 2 };
    uint32_t all = units_left(b), address = named_attached(a, "h", SHM_CREATE, 65), more;

    CHECK(pair_call(a, MEM_SBRK, HEAP * PAGE_SIZE, 0) == 0 && pair_call(a, MEM_SET_LIMIT, 3000, 0) == 0);
    for (uint32_t i = 1; i < HEAP; i++)
        pair_write(a, PAIR_BREAK + i * PAGE_SIZE, i);
    uint32_t left = units_left(a);
    struct mem_client child = {3, space_receive_slot()};
    fake_task_create(child.slot);
    CHECK(mem_exchange(NULL, TAG(0, 1), &(struct words){{MEM_SPACE_FORK, a.id, 3, 0}}));
    CHECK(named_holders("h") == 1 && units_left(a) == left - UNITS);
    CHECK(mem_manager(MEM_SPACE_LIMIT, 3, 2900) == -EINVAL);
    audit_all();
    pair_end(child);
    CHECK(units_left(a) == left && mem_call_once(NULL, MEM_SPACE_FORK_MORE, a.id, 3, &more) == -ENOENT);
    CHECK(named_detach(a, address) == 0 && units_left(a) == left + UNITS);
    pair_end(a);
    CHECK(units_left(b) == all);
    a = pair_make(1);
}

/* The parent ends before its child is complete. */
static void check_half_forked(void)
{
    uint32_t more;

    make_large(a);
    struct mem_client child = {3, space_receive_slot()};
    fake_task_create(child.slot);
    CHECK(mem_exchange(NULL, TAG(0, 1), &(struct words){{MEM_SPACE_FORK, a.id, 3, 0}}));
    for (int i = 0; i < 3; i++)
        CHECK(mem_call_once(NULL, MEM_SPACE_FORK_MORE, a.id, 3, &more) == MEM_MORE);
    CHECK(named_holders("l") == 2);
    pair_end(a);
    CHECK(named_count() == 1);
    audit_all();
    pair_end(child);
    CHECK(named_count() == 0);
    a = pair_make(1);
}

static void check_refused_grant(void)
{
    uint32_t address = named_attached(a, "s", SHM_CREATE, 2);

    mem_refuse_one_in = 1;
    pair_dies(a, address + PAGE_SIZE, FAULT_WRITE);
    mem_refuse_one_in = 0;
    mem_check_mappings(&a);
    pair_write(a, address + PAGE_SIZE, 5);
    CHECK(pair_read(a, address + PAGE_SIZE) == 5 && named_detach(a, address) == 0);
}

/* The name of a word, as mem tells the manager, or an error. */
static int word_of(struct mem_client client, uint32_t address, struct words *words)
{
    *words = (struct words){{MEM_SPACE_WORD, client.id, address, 0}};
    CHECK(mem_exchange(NULL, 0, words));
    return (int)words->w[0];
}

static bool is_word(struct mem_client client, uint32_t address, uint32_t object, uint32_t offset)
{
    struct words words;

    return word_of(client, address, &words) == 0 && words.w[1] == object && words.w[2] == offset;
}

/* A word of a segment has the same name for all who have touched the page, and a name that no later segment has. */
static void check_words(void)
{
    enum { NUMBER = 77 };
    struct words words;
    uint32_t address = named_attached(a, "s", SHM_CREATE, 2), numbered = 0;

    CHECK(pair_call(a, MEM_SPACE_WORD, a.id, address) == -EPERM);
    CHECK(word_of(a, address + PAGE_SIZE + 8, &words) == -ENOENT && word_of(b, address, &words) == -ENOENT);
    pair_write(a, address + PAGE_SIZE, 1);
    CHECK(word_of(a, address + PAGE_SIZE + 8, &words) == 0 && words.w[2] == PAGE_SIZE + 8);
    uint32_t object = words.w[1];
    CHECK(is_word(a, address + 4, object, 4) && word_of(b, address + PAGE_SIZE + 8, &words) == -ENOENT);
    CHECK(named_attached(b, "s", 0, 0) == address && is_word(b, address + 4, object, 4));
    CHECK(named_detach(a, address) == 0 && word_of(a, address + 4, &words) == -ENOENT && named_detach(b, address) == 0);
    CHECK(named_attached(b, "s", SHM_CREATE, 2) == address && word_of(b, address, &words) == 0 && words.w[1] != object);
    CHECK(named_detach(b, address) == 0);

    CHECK(mem_call(&a, MEM_SHM_OPEN, NUMBER, 0, &numbered) == 0 && is_word(a, numbered + 12, 12, NUMBER));
    CHECK(word_of(b, numbered + 12, &words) == -ENOENT && word_of(a, numbered + PAGE_SIZE, &words) == -ENOENT);
    CHECK(word_of(a, PROGRAM_BASE, &words) == -ENOENT && word_of(a, STACK_TOP - 4, &words) == -ENOENT);
    CHECK(word_of(a, USER_END, &words) == -ENOENT && word_of((struct mem_client){99, 0}, address, &words) == -ENOENT);
    CHECK(pair_call(a, MEM_SHM_CLOSE, NUMBER, 0) == 0 && word_of(a, numbered + 12, &words) == -ENOENT);
}

int main(void)
{
    static void (*const checks[])(void) = {
        check_errors,
        check_scarce,
        check_limit,
        check_ranges,
        check_parts,
        check_half_detached,
        check_full_steps,
        check_detached_beside_others,
        check_half_forked,
        check_refused_grant,
        check_words,
        check_units_of_a_half_copy,
        check_end_of_neighbours,
    };
    static void (*const checks_of_many[])(void) = {check_units_promised, check_units_of_strangers, check_units_move};

    pair_run("test_mem_named", checks, sizeof(checks) / sizeof(checks[0]));
    pair_ram = (struct fake_ram){16, 12000, 10};
    pair_run("test_mem_named, many", checks_of_many, sizeof(checks_of_many) / sizeof(checks_of_many[0]));
    return 0;
}
