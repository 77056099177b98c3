/*
 * The table of shared segments, compared with an array by id; the ids are any int.
 *
 * sources: servers/mem/shm_table.c servers/mem/frames.c servers/mem/heap.c tests/host/fake_kernel.c
 * sources: tests/host/fake_frames.c
 */
#include "servers/mem/shm_table.h"

#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "tests/host/check.h"
#include "tests/host/fake_kernel.h"

enum { IDS = 6000, STEPS = 300000 };

static struct {
    uint32_t number, frame, holders; /* holders == 0: there is no such segment */
} model[IDS];
static uint32_t model_count;

static uint32_t id_of(uint32_t i)
{
    static const uint32_t edges[] = {0, 1, 0xffffffff, 0x80000000, 0x7fffffff};
    return i < 5 ? edges[i] : i * (i % 2 ? 0x10000u : 7919u);
}

/* The work of one call is bounded: after the first buckets it adds at most one. There are as many buckets as there ever
 * were segments at the same time, if memory sufficed. */
static void check_buckets(uint32_t before)
{
    static uint32_t most;

    most = model_count > most ? model_count : most;
    CHECK(shm_table.buckets_count == (most > 1024 ? most : 1024));
    CHECK(before == 1 || shm_table.buckets_count - before <= 1);
    CHECK(shm_table.mask >= shm_table.buckets_count - 1 && shm_table.mask / 2 < shm_table.buckets_count - 1);
}

static void open_one(uint32_t i)
{
    uint32_t number = shm_table_find(id_of(i));

    CHECK((number != SEGMENT_NONE) == (model[i].holders != 0));
    if (number == SEGMENT_NONE) {
        if (!account_charge(&frames_account, 1))
            return;
        uint32_t buckets = shm_table.buckets_count;
        number = shm_table_add(id_of(i));
        CHECK(number != SEGMENT_NONE);
        model[i].number = number;
        model[i].frame = shm_table_at(number)->frame;
        model_count++;
        check_buckets(buckets);
    }
    CHECK(number == model[i].number && shm_table_at(number)->frame == model[i].frame);
    shm_table_at(number)->holders++;
    model[i].holders++;
}

static void close_one(uint32_t i)
{
    if (!model[i].holders)
        return;
    shm_table_drop(model[i].number);
    if (--model[i].holders == 0) {
        account_release(&frames_account, 1);
        model_count--;
    }
}

/* Lists each existing segment once, in steps of bounded length. */
static void check_listing(void)
{
    const struct segment *segment;
    uint32_t number = 0, before = 0, found = 0;

    for (; shm_table_next(&number, &segment); before = number) {
        CHECK(number > before && number - before <= 1024);
        CHECK(!segment || (segment == shm_table_at(number - 1) && segment->holders > 0));
        found += segment != NULL;
    }
    CHECK(found == model_count && !segment);
}

/* All memory can pay for fewer segments than there are numbers. */
static void check_price(void)
{
    static const uint32_t frames[] = {0, 1000, SHM_PAGES - 1, SHM_PAGES, SHM_PAGES + 1, 2 * SHM_PAGES, 786432};
    uint32_t limit = frames_account.limit;

    for (unsigned i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        frames_account.limit = frames[i];
        shm_table_init(1);
        CHECK(shm_table.price && frames[i] / shm_table.price < SHM_PAGES);
        CHECK(frames[i] >= SHM_PAGES || shm_table.price == 1);
    }
    frames_account.limit = limit;
}

int main(void)
{
    fake_init((struct fake_ram){0, 6000, 100});
    fake_start_frames();
    check_price();
    shm_table_init(12345);
    CHECK(shm_table_find(7) == SEGMENT_NONE);
    check_listing();

    for (int step = 0; step < STEPS; step++) {
        bool filling = step / 40000 % 2 == 0;
        uint32_t i = random_below(IDS);
        if (random_below(4) < (filling ? 3u : 1u))
            open_one(i);
        else
            close_one(i);
        CHECK(shm_table_count() == model_count);
        if (step % 4096 == 0)
            shm_table_audit(), check_listing();
    }
    for (uint32_t i = 0; i < IDS; i++)
        while (model[i].holders)
            close_one(i);
    check_listing();
    shm_table_audit();
    frames_audit();
    struct frames_count count = frames_count();
    CHECK(count.free + heap_audit() == count.total);
    printf("test_mem_shm_table: %d steps agree\n", STEPS);
}
