/*
 * The memory server's frames, compared with a model that keeps a state for each frame.
 *
 * sources: servers/mem/frames.c servers/mem/heap.c tests/host/fake_kernel.c tests/host/fake_frames.c
 */
#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "tests/host/check.h"
#include "tests/host/fake_kernel.h"

enum { PAGES = 700, HOLE = 50, STEPS = 200000, LISTS = 3 };

/* States of the model: 0 free, the number of holders, or one of these. */
enum { NO_RAM = -1, LENT_FIRST = -20 };

/* Nearly half of the frames are in high memory. */
static const struct fake_ram ram = {LOW_MEMORY_PAGES - 400, PAGES, HOLE};

static int state[PAGES + HOLE];
static uint32_t own, promised,
    promised_low; /* `own`: how many the server has itself; the model does not know which ones */
static uint32_t lists[LISTS];

static uint32_t count_state(int from, int to)
{
    uint32_t count = 0;

    for (uint32_t frame = 0; frame < PAGES + HOLE; frame++)
        count += state[frame] >= from && state[frame] <= to;
    return count;
}

static uint32_t set_all(int from, int to)
{
    uint32_t count = 0;

    for (uint32_t frame = 0; frame < PAGES + HOLE; frame++)
        if (state[frame] == from) {
            state[frame] = to;
            count++;
        }
    return count;
}

static bool is_low(uint32_t frame)
{
    return ram.first + frame < LOW_MEMORY_PAGES;
}

static bool promise_one(void)
{
    bool done = account_charge(&frames_account, 1);

    CHECK(done == (promised + 1 <= PAGES - (PAGES / 64 + 96)));
    promised += done;
    return done;
}

/* In low memory there must be room for all such promises and for the reserve. */
static bool promise_low(uint32_t frames)
{
    uint32_t held_there = 0;

    if (!account_charge(&frames_account, frames))
        return false;
    for (uint32_t frame = 0; frame < 400; frame++)
        held_there += state[frame] > 0;
    bool done = frames_promise_low(frames);
    CHECK(done == (promised_low + PAGES / 64 + 96 + frames <= 400 - held_there));
    if (done) {
        promised += frames;
        promised_low += frames;
    } else {
        account_release(&frames_account, frames);
    }
    return done;
}

static void unpromise_low(uint32_t frames)
{
    frames_unpromise_low(frames);
    account_release(&frames_account, frames);
    promised_low -= frames;
    promised -= frames;
}

static void take(void)
{
    if (!promise_one())
        return;
    bool high_is_free = false;
    for (uint32_t frame = 400; frame < PAGES + HOLE; frame++)
        high_is_free |= state[frame] == 0;
    uint32_t frame = frames_take();
    CHECK(state[frame] == 0 && (is_low(frame) || high_is_free));
    CHECK(!is_low(frame) || !high_is_free);
    state[frame] = 1;
}

static void share_or_drop(void)
{
    uint32_t frame = random_below(PAGES + HOLE);

    if (state[frame] <= 0)
        return;
    CHECK(frames_is_shared(frame) == (state[frame] > 1));
    if (random_below(3)) {
        frames_drop(frame);
        account_release(&frames_account, 1);
        promised--;
        state[frame]--;
        return;
    }
    if (!promise_one())
        return;
    frames_share(frame);
    state[frame]++;
}

static void lend(uint32_t list)
{
    if (!promise_low(1))
        return;
    uint32_t frame = frames_lend_to(&lists[list]);
    CHECK(frame != NO_FRAME && is_low(frame) && state[frame] == 0);
    state[frame] = LENT_FIRST - (int)list;
}

static void give_back(uint32_t list)
{
    CHECK(frames_return_some(&lists[list], UINT32_MAX));
    CHECK(lists[list] == NO_FRAME);
    unpromise_low(set_all(LENT_FIRST - (int)list, 0));
}

static void check_usage(uint32_t in_use)
{
    struct frames_usage usage;

    CHECK(frames_usage(0, &usage) && usage.held == count_state(1, INT32_MAX) &&
          usage.shared == count_state(2, INT32_MAX));
    CHECK(usage.held + usage.lent == own + in_use);
    struct frames_usage last = usage;
    CHECK(frames_usage(PAGES + HOLE - 1, &usage) && usage.held <= 1 && usage.lent <= last.lent);
    CHECK(!frames_usage(PAGES + HOLE, &usage) && !frames_usage(UINT32_MAX, &usage));
}

static void compare(void)
{
    struct frames_count count = frames_count();
    uint32_t in_use = PAGES + HOLE - count_state(0, 0) - count_state(NO_RAM, NO_RAM);

    CHECK(count.total == PAGES && frames_account.used == promised);
    CHECK(count.free == PAGES - own - in_use);
    frames_audit();
    check_usage(in_use);
}

/* Frames of a task that may still live come back one by one, when the kernel releases them. */
static void return_later(void)
{
    uint32_t task = 100, list = NO_FRAME, free = frames_count().free;

    CHECK(promise_low(5));
    fake_task_create(task);
    for (int i = 0; i < 5; i++) {
        err_t err = kernel_donate(task, frames_lend_to(&list), 1);
        CHECK(err == OK);
    }
    CHECK(!frames_return_free(&list) && frames_count().free == free - 5);
    fake_task_destroy(task);
    CHECK(frames_return_free(&list) && list == NO_FRAME && frames_count().free == free);
}

/* Boot ranges may extend beyond the capability at either end, or be outside of it. */
static void what_the_capability_covers(void)
{
    const uint32_t first = ram.first + 100, pages = 300;
    const struct boot_range ranges[] = {
        {ram.first, 150}, {ram.first + 200, 400}, {ram.first + 650, 10}, {first + 50, 20}, {UINT32_MAX - 10, 10}};

    fake_init(ram);
    fake_start_frames_in(first, pages, ranges, 5);
    CHECK(frames_count().total == 50 + 200 + 20);
    frames_audit();
    CHECK(account_charge(&frames_account, 1) && !account_charge(&frames_account, UINT32_MAX));
    account_release(&frames_account, 1);
}

/* A promised frame is there, whatever others lend: in low memory, and anywhere. */
static void promises_are_kept(void)
{
    uint32_t low = 50, any, list = NO_FRAME;

    fake_init(ram);
    fake_start_frames();
    uint32_t all = PAGES - (PAGES / 64 + 96);
    CHECK(account_charge(&frames_account, all) && !account_charge(&frames_account, 1));
    CHECK(frames_promise_low(low));
    uint32_t own_before = heap_audit(), lent = 0;
    while (frames_lend_to(&list) != NO_FRAME)
        lent++;
    CHECK(lent == low + PAGES / 64 + 96 - own_before && frames_count().free == all - low);
    for (any = all - low; any > 0; any--)
        frames_take();
    CHECK(!frames_promise_low(1) && frames_count().free == 0);
    frames_audit();
    account_release(&frames_account, 1);
}

int main(void)
{
    promises_are_kept();
    what_the_capability_covers();
    fake_init(ram);
    fake_start_frames();
    own = heap_audit();
    for (uint32_t frame = PAGES / 2; frame < PAGES / 2 + HOLE; frame++)
        state[frame] = NO_RAM;
    for (int i = 0; i < LISTS; i++)
        lists[i] = NO_FRAME;
    CHECK(own > 0 && fake_kernel_frames() > 0);

    for (int step = 0; step < STEPS; step++) {
        bool emptying = step / 3000 % 2; /* phases of filling and of emptying */
        switch (random_below(7)) {
        case 0:
        case 1:
            if (!emptying || random_below(2))
                take();
            break;
        case 2:
        case 3:
        case 4:
            share_or_drop();
            break;
        case 5:
            lend(random_below(LISTS));
            break;
        default:
            if (random_below(emptying ? 2u : 64u) == 0)
                give_back(random_below(LISTS));
        }
        if (step % 16 == 0)
            compare();
    }
    compare();
    for (uint32_t list = 0; list < LISTS; list++)
        give_back(list);
    return_later();
    printf("test_mem_frames: %d steps agree\n", STEPS);
}
