/*
 * The file server's pages, records and radix trees, each compared with a list of what is allocated.
 *
 * sources: servers/file/pages.c servers/file/records.c servers/file/quota.c servers/lib/account.c servers/file/radix.c
 */
#include <string.h>

#include "servers/file/pages.h"
#include "servers/file/radix.h"
#include "servers/file/records.h"
#include "tests/host/check.h"

enum { PAGES = 4000, RESERVE = PAGES / RESERVE_DIVISOR, NUMBERS = 5000, STEPS = 40000 };

static _Alignas(PAGE_SIZE) unsigned char memory[PAGES * PAGE_SIZE];
static uint32_t revoked[8], revoked_count;

void pages_revoke(uint32_t number)
{
    revoked[revoked_count++ % 8] = number;
}

static void begin(void)
{
    memset(memory, 0xa5, sizeof(memory));
    pages_init(memory, PAGES);
    revoked_count = pages_work = 0;
}

/* Each page is given once: all except those that hold the states. */
static void test_all_pages(void)
{
    static bool taken[PAGES];
    uint32_t count = 0;

    begin();
    uint32_t free = pages_free();
    CHECK(free == PAGES - 4 && pages_count() == PAGES);
    for (uint32_t number; (number = pages_take()) != PAGE_NONE; count++) {
        CHECK(number < PAGES && !taken[number] && pages_number(pages_at(number)) == number);
        taken[number] = true;
        memset(pages_at(number), 0x5a, PAGE_SIZE);
        CHECK(pages_free() == free - count - 1);
    }
    CHECK(count == free && pages_take_unreserved() == PAGE_NONE);
    pages_audit(count);
    for (uint32_t number = 0; number < PAGES; number++)
        if (taken[number])
            pages_give(number);
    CHECK(pages_free() == free);
    pages_audit(0);
}

static void test_carving(void)
{
    begin();
    unsigned char *carved = pages_carve(3);
    CHECK(carved == memory + 4 * PAGE_SIZE && pages_free() == PAGES - 7);
    memset(carved, 0, 3 * PAGE_SIZE);
    CHECK(pages_take() == 7);
    pages_audit(1);
}

static void test_reserve(void)
{
    begin();
    uint32_t count = 0;
    while (pages_have_unreserved(1)) {
        CHECK(pages_have_unreserved(pages_free() - RESERVE) && !pages_have_unreserved(pages_free() - RESERVE + 1));
        CHECK(pages_take_unreserved() != PAGE_NONE);
        count++;
    }
    CHECK(pages_free() == RESERVE && pages_take_unreserved() == PAGE_NONE && pages_take() != PAGE_NONE);
    pages_audit(count + 1);
}

static void test_lent(void)
{
    begin();
    uint32_t lent = pages_take(), other = pages_take();
    pages_lend(lent);
    pages_lend(lent);
    CHECK(pages_is_lent(lent) && !pages_is_lent(other) && pages_loans(lent) == 2 && pages_loans(other) == 0);
    pages_not_lent(lent);
    CHECK(pages_is_lent(lent) && pages_loans(lent) == 1);
    pages_audit(2);
    pages_not_lent(lent);
    CHECK(!pages_is_lent(lent));
    pages_lend(lent);
    pages_give(other);
    CHECK(revoked_count == 0 && pages_work == 0);
    pages_give(lent);
    CHECK(revoked_count == 1 && revoked[0] == lent && pages_work == WORK_REVOKE + WORK_REVOKE_LOAN);
    CHECK(pages_take() == lent && !pages_is_lent(lent));
    pages_give(lent);
    CHECK(revoked_count == 1);
    pages_audit(0);
}

/* The work is proportional to the number of the page's loans. */
static void test_ends_of_loans(void)
{
    begin();
    uint32_t page = pages_take();
    for (uint32_t i = 0; i < LOANS_MAX; i++)
        pages_lend(page);
    pages_end_loans(page);
    CHECK(revoked_count == 1 && !pages_is_lent(page) && pages_work == WORK_REVOKE + LOANS_MAX * WORK_REVOKE_LOAN);
    pages_give(page);
    CHECK(revoked_count == 1);
    pages_audit(0);
}

static uint32_t make_table(uint32_t first, uint32_t count, uint32_t apart)
{
    uint32_t table = pages_take(), *entries = pages_at(table);

    memset(entries, 0, PAGE_SIZE);
    for (uint32_t i = 0; i < count; i++)
        entries[first + i * apart] = pages_take();
    return table;
}

/* Their pages count as free at once, and all of them can be taken. */
static void test_dead_tables(void)
{
    begin();
    uint32_t free = pages_free(), top = pages_take(), *tables = pages_at(top), count = 0;
    memset(tables, 0, PAGE_SIZE);
    tables[0] = make_table(0, 1024, 1);
    tables[500] = make_table(1023, 1, 1);
    tables[1023] = make_table(5, 100, 10);
    uint32_t table = make_table(3, 300, 3);
    uint32_t taken = free - pages_free();
    pages_audit(taken);
    pages_give_tables(table, top, taken);
    CHECK(pages_free() == free);
    pages_audit(0);
    for (; pages_take() != PAGE_NONE; count++)
        if (count % 100 == 0)
            pages_audit(count + 1);
    CHECK(count == free && revoked_count == 0);
}

/* The work for a page is bounded: no more than two are collected while there are other pages. */
static void test_reaping_is_slow(void)
{
    begin();
    uint32_t table = make_table(0, 1000, 1), *entries = pages_at(table);
    pages_give_tables(table, PAGE_NONE, 1001);
    for (uint32_t i = 1; i < 500; i++) {
        CHECK(pages_take() != PAGE_NONE && entries[2 * i - 1] == PAGE_NONE && entries[2 * i] != PAGE_NONE);
        pages_audit(i);
    }
}

/* ----------------------------------------------------------------------------------------- records */

static void check_zero_and_fill(unsigned char *record, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        CHECK(record[i] == 0);
    memset(record, 0xee, size);
}

static void test_records(uint32_t size)
{
    static unsigned char *records[2000];
    struct record_class class;
    uint32_t count = 0;

    begin();
    record_class_init(&class, size);
    uint32_t free = pages_free();
    for (uint32_t step = 0; step < STEPS; step++) {
        bool grows = step / 2000 % 2 == 0;
        if (count < 2000 && random_below(10) < (grows ? 8 : 2)) {
            records[count] = record_make(&class);
            check_zero_and_fill(records[count++], size);
        } else if (count) {
            uint32_t i = random_below(count);
            record_free(&class, records[i]);
            records[i] = records[--count];
        }
        if (step % 64 == 0)
            pages_audit(record_audit(&class));
        CHECK(class.records == count);
    }
    while (count)
        record_free(&class, records[--count]);
    CHECK(pages_free() == free && class.pages == 0);
    pages_audit(0);
}

/* Until the pool is full: no page is left over, no record overlaps another. */
static void test_records_until_none(bool is_unreserved)
{
    static unsigned char *records[PAGES * 41];
    struct record_class class;
    uint32_t count = 0;

    begin();
    record_class_init(&class, 100);
    class.is_unreserved = is_unreserved;
    uint32_t free = pages_free();
    while ((records[count] = record_make(&class)))
        memset(records[count++], 1, 100);
    CHECK(pages_free() == (is_unreserved ? RESERVE : 0) && record_audit(&class) == free - pages_free());
    while (count)
        record_free(&class, records[--count]);
    CHECK(pages_free() == free);
}

/* ----------------------------------------------------------------------------------------- radix trees */

static char *model[NUMBERS];

static uint32_t lowest_free(void)
{
    uint32_t number = 0;

    while (model[number])
        number++;
    return number;
}

static void check_next(const struct radix *tree, uint32_t from)
{
    uint32_t number = from, expected = from;
    void *value = radix_next(tree, &number);

    while (expected < NUMBERS && !model[expected])
        expected++;
    CHECK(value == (expected < NUMBERS ? model[expected] : NULL) && (!value || number == expected));
}

static void test_radix(uint32_t most)
{
    static char values[STEPS];
    struct radix tree = {.root = NULL};
    uint32_t count = 0, number;

    begin();
    radix_init();
    uint32_t free = pages_free();
    for (uint32_t step = 0; step < STEPS; step++) {
        bool grows = step / (most + 1000) % 2 == 0;
        uint32_t any = random_below(most);
        if (count < most && random_below(10) < (grows ? 9 : 1)) {
            uint32_t expected = lowest_free();
            CHECK(radix_add(&tree, &values[step], &number) && number == expected);
            model[number] = &values[step];
            count++;
        } else if (model[any]) {
            radix_remove(&tree, any);
            model[any] = NULL;
            count--;
        }
        CHECK(radix_find(&tree, any) == model[any]);
        check_next(&tree, any);
        if (step % (most / 8) == 0)
            CHECK(radix_audit(&tree) == count);
    }
    for (uint32_t i = 0; i < NUMBERS; i++)
        if (model[i]) {
            radix_remove(&tree, i);
            model[i] = NULL;
        }
    CHECK(pages_free() == free && radix_audit(&tree) == 0 && radix_find(&tree, 0) == NULL);
}

/* Numbers beyond those that the tree covers are free, however large they are. */
static void test_radix_far(void)
{
    static const uint32_t far[] = {1, 15, 16, 17, 255, 256, 65536, 0x10000000, 0x80000000, 0xffffffff};
    struct radix tree = {.root = NULL};
    uint32_t number;

    begin();
    radix_init();
    CHECK(radix_add(&tree, memory, &number) && number == 0);
    for (unsigned i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
        number = far[i];
        CHECK(radix_find(&tree, far[i]) == NULL && radix_next(&tree, &number) == NULL);
    }
}

/* Without memory nothing is changed, whatever is missing; with memory everything works again. */
static void test_radix_scarce(void)
{
    struct radix tree = {.root = NULL};
    uint32_t number, count = 0;

    begin();
    radix_init();
    uint32_t taken = 0, rest = RESERVE + 3;
    for (; pages_free() > rest; taken++)
        CHECK(pages_take() != PAGE_NONE);
    for (; radix_add(&tree, memory, &number); count++)
        CHECK(number == count);
    CHECK(radix_audit(&tree) == count && pages_free() == RESERVE);
    pages_audit(taken + radix_audit_nodes());
    while (count)
        radix_remove(&tree, --count);
    CHECK(pages_free() == rest);
    pages_audit(taken + radix_audit_nodes());
}

int main(void)
{
    test_all_pages();
    test_carving();
    test_reserve();
    test_lent();
    test_ends_of_loans();
    test_dead_tables();
    test_reaping_is_slow();
    test_records(8);
    test_records(88);
    test_records(280);
    test_records(RECORD_MAX);
    test_records_until_none(false);
    test_records_until_none(true);
    test_radix(20);
    test_radix(300);
    test_radix(NUMBERS);
    test_radix_far();
    test_radix_scarce();
    return 0;
}
