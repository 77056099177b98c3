/*
 * Pages of another server in programs' spaces: where it may grant them; fork, exec and the end with pages that are
 * granted, not granted yet, or revoked; and pages of the program that are copied from that server's.
 *
 * sources: servers/mem/ -servers/mem/kernel_calls.c -servers/mem/main.c servers/lib/account.c tests/host/fake_kernel.c
 * sources: tests/host/fake_frames.c tests/host/mem_accounts.c tests/host/mem_client.c tests/host/mem_pair.c
 */
#include <errno.h>

#include "servers/lib/fault.h"
#include "servers/mem/frames.h"
#include "servers/mem/regions.h"
#include "servers/mem/server.h"
#include "servers/mem/space.h"
#include "servers/proto/layout.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"
#include "tests/host/check.h"
#include "tests/host/mem_accounts.h"
#include "tests/host/mem_pair.h"

enum {
    READ = RIGHT_READ,
    WRITE = RIGHT_WRITE,
    BOTH = READ | WRITE,
    AT = MMAP_BASE + (1 << TABLE_SHIFT),
    TABLE_BYTES = 1 << TABLE_SHIFT
};

static int reserve(struct mem_client client, uint32_t address, uint32_t length, uint32_t rights, uint32_t *at)
{
    struct words words = {{MEM_MORE}};

    while (words.w[0] == MEM_MORE) {
        words = (struct words){{MEM_RESERVE, address, length, rights}};
        CHECK(mem_exchange(&client, 0, &words));
    }
    if (at)
        *at = words.w[1];
    return (int)words.w[0];
}

static int copy(uint32_t id, uint32_t address, uint32_t bytes, uint32_t page)
{
    struct words words = {{MEM_SPACE_COPY, id, address | bytes, page}};

    CHECK(mem_exchange(NULL, 0, &words));
    return (int)words.w[0];
}

static int protect(struct mem_client client, uint32_t address, uint32_t bytes, uint32_t rights)
{
    struct words words = {{MEM_PROTECT, address, bytes, rights}};

    CHECK(mem_exchange(&client, 0, &words));
    return (int)words.w[0];
}

static void check_both(void)
{
    mem_check_mappings(&a);
    mem_check_mappings(&b);
    mem_accounts_check(mem_hoarded(), mem_hoarded_low());
    frames_audit();
}

/* The program itself faults there; `why` is the reason for which that is fatal. */
static void dies_as(struct mem_client client, uint32_t address, uint32_t cause, uint32_t why)
{
    struct words words = {{MEM_FATAL_FAULT}};

    CHECK(!mem_touch(&client, address, cause));
    CHECK(mem_exchange(NULL, 0, &words));
    CHECK(words.w[0] == 0 && words.w[1] == client.id && words.w[2] == address);
    CHECK((words.w[3] & (FATAL_FAULT_FOREIGN | FATAL_FAULT_NO_MEMORY | FATAL_FAULT_LIMIT)) == why);
}

static void some_are_refused(void)
{
    static const struct {
        uint32_t address, length, rights;
        int status;
    } rows[] = {
        {0, 0, READ, -EINVAL},
        {0, PAGE_SIZE, 0, -EINVAL},
        {0, PAGE_SIZE, WRITE, -EINVAL},
        {0, PAGE_SIZE, READ | RIGHT_EXECUTE, -EINVAL},
        {0, PAGE_SIZE, BOTH | RIGHT_EXECUTE, -EINVAL},
        {0, PAGE_SIZE, READ | RIGHT_GRANT, -EINVAL},
        {0, PAGE_SIZE, READ | 0x100, -EINVAL},
        {0, PAGE_SIZE, READ | 0x80000000, -EINVAL},
        {AT + 1, PAGE_SIZE, READ, -EINVAL},
        {PROGRAM_BASE - PAGE_SIZE, PAGE_SIZE, READ, -EINVAL},
        {0, RESERVE_PAGES_MAX * PAGE_SIZE + 1, READ, -ENOMEM},
        {MMAP_LIMIT, PAGE_SIZE, READ, -ENOMEM},
        {MMAP_LIMIT - PAGE_SIZE, PAGE_SIZE + 1, READ, -ENOMEM},
        {PROGRAM_BASE, PAGE_SIZE, READ, -EEXIST},
        {PAIR_BREAK & -PAGE_SIZE, PAGE_SIZE, READ, -EEXIST},
        {AT, PAGE_SIZE, READ, -EEXIST},
        {AT - PAGE_SIZE, 2 * PAGE_SIZE, READ, -EEXIST},
    };

    CHECK(reserve(a, AT, PAGE_SIZE, READ, NULL) == 0);
    uint32_t before = mem_state(), mappings = fake_mappings(a.slot);
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK(reserve(a, rows[i].address, rows[i].length, rows[i].rights, NULL) == rows[i].status);
        CHECK(mem_state() == before && fake_mappings(a.slot) == mappings);
    }
    CHECK(pair_call(a, MEM_MMAP, AT, PAGE_SIZE) == -EEXIST);
    CHECK(protect(a, AT, PAGE_SIZE, READ | RIGHT_EXECUTE) == -EACCES && mem_state() == before);
    mem_starve(TABLE_FRAMES); /* with a leaf it would need one frame more */
    before = mem_state();
    CHECK(reserve(a, AT + (64 << 20), PAGE_SIZE, READ, NULL) == -ENOMEM && mem_state() == before);
    mem_relieve();
    check_both();
}

/* Only tables are promised; they exist when the server grants a page. */
static void pages_cost_their_tables(void)
{
    uint32_t promised = pair_promised(), used = frames_account.used, at, lent = space_find(a.id)->lent;

    CHECK(reserve(a, 0, 3 * TABLE_BYTES, BOTH, &at) == 0 && at == MMAP_BASE);
    CHECK(pair_promised() == promised && frames_account.used == used + 3 * TABLE_FRAMES + 2);
    CHECK(space_find(a.id)->lent >= lent + 3 * TABLE_FRAMES);
    for (uint32_t i = 0; i < 6; i++)
        CHECK(fake_grant_file(a.slot, at + i * (TABLE_BYTES / 2), i, i % 2 ? READ : BOTH) == OK);
    CHECK(pair_read(a, at) == FAKE_FILE_WORD && pair_read(a, at + TABLE_BYTES / 2) == FAKE_FILE_WORD + 1);
    check_both();
    CHECK(pair_call(a, MEM_MMAP, 0, PAGE_SIZE) == 0 && pair_read(a, at + 3 * TABLE_BYTES) == 0); /* behind the ranges */
    CHECK(reserve(b, AT, RESERVE_PAGES_MAX * PAGE_SIZE, READ, NULL) == 0);
    CHECK(fake_grant_file(b.slot, AT + (RESERVE_PAGES_MAX - 1) * PAGE_SIZE, 0, READ) == OK);
    check_both();
}

/* mem does not bring these pages, whatever the fault. It says nothing more of pages that are mapped. */
static void a_touch_is_a_fatal_fault(void)
{
    CHECK(reserve(a, AT, 4 * PAGE_SIZE, BOTH, NULL) == 0 && reserve(a, AT + TABLE_BYTES, PAGE_SIZE, READ, NULL) == 0);
    dies_as(a, AT + 8, 0, FATAL_FAULT_FOREIGN);
    dies_as(a, AT + 3 * PAGE_SIZE, FAULT_WRITE, FATAL_FAULT_FOREIGN);
    dies_as(a, AT, FAULT_EXECUTE, 0);
    dies_as(a, AT + TABLE_BYTES, FAULT_WRITE, 0);
    dies_as(a, AT + 4 * PAGE_SIZE, 0, 0);
    CHECK(fake_grant_file(a.slot, AT, 3, READ) == OK && fake_grant_file(a.slot, AT + PAGE_SIZE, 4, BOTH) == OK);
    pair_write(a, AT + PAGE_SIZE, 77);
    dies_as(a, AT, FAULT_WRITE, FATAL_FAULT_FOREIGN); /* a grant with this right is possible */
    fake_revoke_file(4);
    dies_as(a, AT + PAGE_SIZE, 0, FATAL_FAULT_FOREIGN);
    CHECK(fake_grant_file(a.slot, AT + PAGE_SIZE, 4, READ) == OK && pair_read(a, AT + PAGE_SIZE) == 77);
    check_both();
}

/* The pages are unmapped, whatever the rights, and must be granted again. What is hidden stays so for a child. */
static void rights_change(void)
{
    CHECK(reserve(a, AT, 3 * PAGE_SIZE, READ, NULL) == 0);
    for (uint32_t i = 0; i < 3; i++)
        CHECK(fake_grant_file(a.slot, AT + i * PAGE_SIZE, i, READ) == OK);
    CHECK(protect(a, AT, PAGE_SIZE, BOTH) == 0 && !fake_rights(a.slot, AT) &&
          fake_rights(a.slot, AT + PAGE_SIZE) == READ);
    dies_as(a, AT, FAULT_WRITE, FATAL_FAULT_FOREIGN);
    CHECK(fake_grant_file(a.slot, AT, 0, BOTH) == OK);
    pair_write(a, AT, 6);
    CHECK(protect(a, AT, 2 * PAGE_SIZE, 0) == 0 && !fake_rights(a.slot, AT) && !fake_rights(a.slot, AT + PAGE_SIZE));
    dies_as(a, AT, 0, 0);
    check_both();
    struct mem_client child = pair_fork(a, 3);
    dies_as(child, AT + PAGE_SIZE, 0, 0);
    CHECK(protect(child, AT, PAGE_SIZE, READ) == 0 && fake_grant_file(child.slot, AT, 0, READ) == OK &&
          pair_read(child, AT) == 6);
    CHECK(!fake_rights(child.slot, AT + 2 * PAGE_SIZE) && fake_rights(a.slot, AT + 2 * PAGE_SIZE) == READ);
    mem_check_mappings(&child);
    pair_end(child);
    CHECK(pair_call(a, MEM_MUNMAP, AT, 3 * PAGE_SIZE) == 0);
    check_both();
}

/* In parts, with holes, and with pages that were revoked. */
static void pages_are_unmapped(void)
{
    enum { PAGES = 3 * STEP_PAGES };
    uint32_t promised = pair_promised(), rest;

    CHECK(reserve(a, AT, PAGES * PAGE_SIZE, BOTH, NULL) == 0 &&
          pair_call(a, MEM_MMAP, AT + PAGES * PAGE_SIZE, PAGE_SIZE) == 0);
    for (uint32_t i = 0; i < FAKE_FILE_PAGES; i++)
        CHECK(fake_grant_file(a.slot, AT + 2 * i * PAGE_SIZE, i, BOTH) == OK);
    fake_revoke_file(6);
    CHECK(pair_call(a, MEM_MUNMAP, AT + 2 * PAGE_SIZE, 1) == 0 && !fake_rights(a.slot, AT + 2 * PAGE_SIZE));
    dies_as(a, AT + 2 * PAGE_SIZE, 0, 0);
    CHECK(pair_call(a, MEM_MMAP, AT + 2 * PAGE_SIZE, PAGE_SIZE) == 0 && pair_read(a, AT + 2 * PAGE_SIZE) == 0);
    CHECK(pair_call(a, MEM_MUNMAP, AT + 12 * PAGE_SIZE, PAGE_SIZE) == 0); /* it is gone already */
    check_both();
    CHECK(mem_call_once(&a, MEM_MUNMAP, AT, (PAGES + 1) * PAGE_SIZE, &rest) == MEM_MORE && rest > AT &&
          rest < AT + PAGES * PAGE_SIZE);
    mem_check_mappings(&a);
    CHECK(pair_call(a, MEM_MUNMAP, rest, AT + (PAGES + 1) * PAGE_SIZE - rest) == 0 && pair_promised() == promised);
    for (uint32_t i = 0; i < PAGES; i++)
        CHECK(!fake_rights(a.slot, AT + i * PAGE_SIZE));
    CHECK(space_find(a.id)->direct == 2); /* its text */
}

/* A child has the ranges. The pages are granted to it when it touches them. The server that granted them revokes them
 * from both. */
static void a_child_has_their_ranges(void)
{
    CHECK(reserve(a, AT, 5 * PAGE_SIZE, BOTH, NULL) == 0 && reserve(a, AT + TABLE_BYTES, PAGE_SIZE, READ, NULL) == 0);
    CHECK(fake_grant_file(a.slot, AT, 1, BOTH) == OK && fake_grant_file(a.slot, AT + PAGE_SIZE, 2, READ) == OK);
    CHECK(fake_grant_file(a.slot, AT + TABLE_BYTES, 4, READ) == OK);
    struct mem_client child = pair_fork(a, 3);
    for (uint32_t page = 0; page < 5; page++)
        CHECK(!fake_rights(child.slot, AT + page * PAGE_SIZE));
    CHECK(!fake_rights(child.slot, AT + TABLE_BYTES) && fake_rights(a.slot, AT) == BOTH &&
          fake_rights(a.slot, AT + TABLE_BYTES) == READ);
    dies_as(child, AT, FAULT_WRITE, FATAL_FAULT_FOREIGN);
    dies_as(child, AT + 3 * PAGE_SIZE, 0, FATAL_FAULT_FOREIGN);
    CHECK(fake_grant_file(child.slot, AT, 1, BOTH) == OK &&
          fake_grant_file(child.slot, AT + TABLE_BYTES, 4, READ) == OK);
    pair_write(child, AT, 5);
    CHECK(pair_read(a, AT) == 5);
    mem_check_mappings(&child);
    check_both();
    fake_revoke_file(1);
    dies_as(a, AT, 0, FATAL_FAULT_FOREIGN);
    dies_as(child, AT, 0, FATAL_FAULT_FOREIGN);
    uint32_t low = space_find(3)->low;
    CHECK(low == space_find(a.id)->low && space_find(3)->direct == space_find(a.id)->direct);
    pair_end(child);
}

/* The table for pages that are not granted yet belongs to the child, whatever else it touches first. */
static void a_child_has_their_tables(void)
{
    enum { PAGES = 3 };

    CHECK(reserve(a, AT, PAGES * TABLE_BYTES, BOTH, NULL) == 0);
    struct mem_client child = pair_fork(a, 3);
    for (uint32_t i = 4; i < 8; i++) {
        CHECK(pair_call(child, MEM_MMAP, AT + i * TABLE_BYTES, PAGE_SIZE) == 0);
        pair_write(child, AT + i * TABLE_BYTES, i);
    }
    for (uint32_t i = 0; i < PAGES; i++)
        CHECK(fake_grant_file(child.slot, AT + i * TABLE_BYTES, i, BOTH) == OK);
    mem_check_mappings(&child);
    pair_end(child);
}

/* Exec unmaps them with everything else; so does an end, also in parts. */
static void all_go_in_the_end(void)
{
    enum { PAGES = 4 * STEP_PAGES };
    struct mem_client client = pair_make(3);
    uint32_t status;

    CHECK(reserve(client, AT, PAGES * PAGE_SIZE, BOTH, NULL) == 0);
    for (uint32_t i = 0; i < FAKE_FILE_PAGES; i++)
        CHECK(fake_grant_file(client.slot, AT + i * 7 * PAGE_SIZE, i, BOTH) == OK);
    struct mem_client child = pair_fork(client, 4);
    for (uint32_t i = 0; i < FAKE_FILE_PAGES; i++)
        CHECK(fake_grant_file(child.slot, AT + i * 7 * PAGE_SIZE, i, BOTH) == OK);
    mem_check_mappings(&child);
    CHECK(mem_manager(MEM_SPACE_CLEAR, 3, 0) == 0 && fake_mappings(client.slot) == 0 && space_find(3)->direct == 0);
    dies_as(client, AT, 0, 0);
    CHECK(fake_mappings(child.slot) > FAKE_FILE_PAGES);
    status = (uint32_t)mem_call_once(&(struct mem_client){0, 0}, MEM_SPACE_DESTROY, 4, 0, NULL);
    CHECK(status == MEM_MORE && !space_find(4));
    CHECK(mem_manager(MEM_SPACE_DESTROY, 4, 0) == 0);
    pair_end(client);
    check_both();
}

/* A page that a whole page, or the beginning, of a file fills: once, and where nothing was touched. */
static void pages_are_copied(void)
{
    static const struct program_segment constants = {0xa00000, 2 * PAGE_SIZE, 0, 0, READ};
    static const struct program_segment code = {0xa02000, 2 * PAGE_SIZE, 0, 0, READ | RIGHT_EXECUTE};
    struct mem_client client = pair_make(3), plain = {4, space_receive_slot()};

    CHECK(copy(9, 0x903000, 0, 1) == -ENOENT);
    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, 4, 0) == 0);
    CHECK(mem_map_segment(4, &constants) == 0 && mem_map_segment(4, &code) == 0);
    uint32_t free = frames_count().free;
    CHECK(copy(4, 0xa00000, 0, 5) == 0 && copy(4, 0xa01000, 16, 6) == 0 && copy(4, 0xa03000, PAGE_SIZE - 1, 7) == 0);
    CHECK(frames_count().free == free - 3 && fake_mappings(plain.slot) == 0);
    uint32_t before = mem_state();
    CHECK(copy(4, 0xa00000, 0, 5) == -EINVAL); /* the page exists */
    CHECK(copy(4, 0xa02000, 0, FAKE_FILE_PAGES) == -EINVAL);
    CHECK(copy(4, 0xa04000, 0, 5) == -EINVAL && copy(4, 0x9ff000, 0, 5) == -EINVAL && copy(4, 0, 0, 5) == -EINVAL);
    CHECK(copy(4, USER_END, 0, 5) == -EINVAL && copy(4, 0xfffff000, 9, 5) == -EINVAL && mem_state() == before);
    CHECK(pair_call(a, MEM_SPACE_COPY, 4, 0xa02000) == -EPERM);
    CHECK(pair_read(plain, 0xa00000) == FAKE_FILE_WORD + 5 &&
          pair_read(plain, 0xa01000) == FAKE_FILE_WORD + 6 + FAKE_PART_WORD);
    CHECK(fake_rights(plain.slot, 0xa00000) == READ && pair_read(plain, 0xa02000) == 0);
    CHECK(mem_touch(&plain, 0xa03000, FAULT_EXECUTE) &&
          *fake_word(plain.slot, 0xa03000) == FAKE_FILE_WORD + 7 + FAKE_PART_WORD);
    dies_as(plain, 0xa00000, FAULT_WRITE, 0);
    CHECK(copy(4, 0xa02000, 0, 5) == -EINVAL); /* the page was read: its program has seen zeros */
    mem_check_mappings(&plain);

    /* Not for pages of the archive, nor for addresses outside the image: the heap, the stack, the area for mmap. */
    pair_write(client, 0x903000, 5);
    CHECK(pair_call(client, MEM_MMAP, AT, PAGE_SIZE) == 0 && pair_call(client, MEM_SBRK, PAGE_SIZE, 0) == 0);
    CHECK(copy(3, PROGRAM_BASE, 0, 1) == -EINVAL && copy(3, 0x902000, 0, 1) == -EINVAL &&
          copy(3, 0x903000, 0, 1) == -EINVAL);
    CHECK(copy(3, AT, 0, 1) == -EINVAL && copy(3, 0x905000, 0, 1) == -EINVAL &&
          copy(3, STACK_TOP - PAGE_SIZE, 0, 1) == -EINVAL);
    CHECK(copy(3, 0x904000, 8, 1) == 0);
    struct mem_client child = pair_fork(client, 5);
    pair_write(child, 0x904000, 9);
    CHECK(pair_read(client, 0x904000) == FAKE_FILE_WORD + 1 + FAKE_PART_WORD);
    pair_end(child);
    pair_end(client);
    CHECK(mem_manager(MEM_SPACE_DESTROY, 4, 0) == 0);
    check_both();
}

/* Not while the space is copied or cleared. */
static void no_page_is_copied_in_between(void)
{
    struct mem_client client = pair_make(3);

    CHECK(pair_call(client, MEM_MMAP, AT, 8 * STEP_PAGES * PAGE_SIZE) == 0);
    for (uint32_t i = 0; i < 2 * STEP_PAGES; i++)
        pair_write(client, AT + i * PAGE_SIZE, i);
    uint32_t slot = space_receive_slot();
    fake_task_create(slot);
    struct words words = {{MEM_SPACE_FORK, 3, 4}};
    CHECK(mem_exchange(NULL, TAG(0, 1), &words) && words.w[0] == MEM_MORE);
    CHECK(copy(4, 0x903000, 0, 1) == -EINVAL && mem_manager(MEM_SPACE_FORK_MORE, 3, 4) == 0 &&
          copy(4, 0x903000, 0, 1) == 0);
    CHECK(mem_call_once(&(struct mem_client){0, 0}, MEM_SPACE_CLEAR, 3, 0, NULL) == MEM_MORE);
    CHECK(copy(3, 0x904000, 0, 1) == -EINVAL && mem_manager(MEM_SPACE_CLEAR, 3, 0) == 0);
    pair_end((struct mem_client){4, slot});
    pair_end(client);
}

int main(void)
{
    static void (*const checks[])(void) = {
        some_are_refused,   pages_cost_their_tables,      a_touch_is_a_fatal_fault, rights_change,
        pages_are_unmapped, a_child_has_their_ranges,     a_child_has_their_tables, all_go_in_the_end,
        pages_are_copied,   no_page_is_copied_in_between,
    };

    pair_run("test_mem_foreign", checks, sizeof(checks) / sizeof(checks[0]));
}
