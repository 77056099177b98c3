#include "servers/mem/space.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "servers/lib/number.h"
#include "servers/mem/frames.h"
#include "servers/mem/kernel_calls.h"
#include "servers/mem/named.h"
#include "servers/proto/layout.h"

struct space *space_buckets[SPACE_BUCKETS];
struct space *space_prepared;
struct space *space_ending, *space_settling;

static struct space *spare; /* by `next` */
static uint32_t spares, spaces;

static struct space *make_spare(void)
{
    struct space *space = spare;

    if (space) {
        spare = space->next;
        spares--;
        return space;
    }
    space = heap_page();
    if (!space)
        return NULL;
    space->task = heap_new_slot();
    if (!space->task) {
        heap_page_free(space);
        return NULL;
    }
    return space;
}

static void keep_spare(struct space *space)
{
    if (spares < SPARES_KEPT) {
        space->next = spare;
        spare = space;
        spares++;
        return;
    }
    heap_slot_free(space->task);
    memset(space, 0, sizeof(*space)); /* H2 of heap.h */
    heap_page_free(space);
}

uint32_t space_spares(void)
{
    return spares;
}

uint32_t spaces_count(void)
{
    return spaces;
}

bool space_init(void)
{
    memset(space_buckets, 0, sizeof space_buckets);
    spare = space_ending = space_settling = NULL;
    spares = spaces = 0;
    space_prepared = make_spare();
    return space_prepared != NULL;
}

static void forget_regions(struct space *space)
{
    space->heap_start = space->heap_end = 0;
    space->mmap_hint = MMAP_BASE;
    space->search = (struct search){0};
    space->direct = space->image_parts = 0;
}

/* A charge: pages, and frames in low memory, some of them for leaves; and how many frames in low memory, and how many
 * others, were charged ahead. */
struct cost {
    uint32_t pages, low, leaves, low_ahead, ahead;
};

/* Charges the account and promises the frames in low memory, or nothing. */
static bool charge(struct account *account, const struct cost *cost)
{
    uint32_t low = cost->low - cost->low_ahead, frames = cost->pages + low - cost->ahead;

    if (!account_charge(account, frames))
        return false;
    if (!low || limits_promise_low(account, low))
        return true;
    account_release(account, frames);
    return false;
}

/* Makes a space; the caller fills in its tables. */
static struct space *create(uint32_t id, struct account *account, const struct cost *cost)
{
    struct space *space = space_prepared, *next = make_spare();
    struct space **bucket = &space_buckets[id % SPACE_BUCKETS];

    assert(id && !space_find(id));
    if (!next)
        return NULL;
    if (!charge(account, cost)) {
        keep_spare(next);
        return NULL;
    }
    space_prepared = next;
    space->id = id;
    space->next = *bucket;
    space->account = account_hold(account);
    space->committed = cost->pages;
    space->low = cost->low;
    space->leaves = cost->leaves;
    space->ahead = space->low_ahead = 0;
    space->work = WORK_NONE;
    forget_regions(space);
    space->named = space->units = 0;
    space->named_limit = SHM_ATTACHED_MAX;
    space->donated = NO_FRAME;
    space->lent = 0;
    space->opened = 0;
    space->fatal_fault = (struct fault_record){0};
    *bucket = space;
    spaces++;
    return space;
}

static void end_at_once(struct space *space, bool gone);

/* Lends the task its first frames. If that fails, the space is freed, but the object sent as its task is not destroyed.
 */
static int equip(struct space *space, uint32_t frames)
{
    if (space_donate(space, frames))
        return 0;
    end_at_once(space, false);
    return -EINVAL;
}

int space_create(uint32_t id, struct account *account)
{
    struct space *space = create(id, account, &(struct cost){.low = SPACE_FRAMES});

    if (!space)
        return -ENOMEM;
    memset(space->tables, 0, sizeof(space->tables));
    return equip(space, OBJECT_FRAMES - 1);
}

int space_create_like(uint32_t id, const struct space *parent)
{
    struct cost cost = {parent->committed, parent->low, parent->leaves, 0, 0};
    struct account *units = limits_units(parent->account);

    if (!account_charge(units, parent->units))
        return -ENOMEM;
    struct space *space = create(id, parent->account, &cost);
    if (!space) {
        account_release(units, parent->units);
        return -ENOMEM;
    }
    memcpy(space->tables, parent->tables, sizeof(space->tables));
    space->named = parent->named;
    space->units = parent->units;
    space->named_limit = parent->named_limit;
    space->direct = parent->direct; /* counted already, though its pages are not copied yet */
    return equip(space, parent->lent < LENT_AT_ONCE ? parent->lent : LENT_AT_ONCE); /* fork lends the rest */
}

static void unlink_space(struct space *space)
{
    struct space **link = &space_buckets[space->id % SPACE_BUCKETS];

    while (*link != space)
        link = &(*link)->next;
    *link = space->next;
}

/* The task's account may get `low` minus the space's own page, the leaves and the task's own frame. It needs no more,
 * as pages only go where they were promised. Contiguous frames are donated in one call. */
bool space_donate(struct space *space, uint32_t frames)
{
    uint32_t first = 0, run = 0;

    for (frames += !frames; frames; frames--) {
        uint32_t frame = frames_lend_to(&space->donated);
        if (frame == NO_FRAME)
            return false;
        space->lent++;
        if (run == CALL_PAGES_MAX || (run && frame != first + run && frame + 1 != first)) {
            if (kernel_donate(space->task, first, run))
                return false;
            run = 0;
        }
        first = run && frame > first ? first : frame;
        run++;
    }
    assert(space->lent <= space->low - 2 - space->leaves);
    return !kernel_donate(space->task, first, run);
}

err_t space_map(struct space *space, const struct map_request *request)
{
    for (;;) {
        err_t err = kernel_map(space->task, request);
        if (err != ERR_ACCOUNT || !space_donate(space, kernel_shortfall()))
            return err;
    }
}

/* True if the space has so few pages, including promised ones, that they are freed at once. */
static bool is_small(const struct space *space)
{
    return space->committed + space->direct <= STEP_PAGES && space->leaves <= SMALL_LEAVES;
}

void space_uncharge_ahead(struct space *space)
{
    if (!(space->ahead | space->low_ahead))
        return;
    account_release(space->account, space->ahead + space->low_ahead);
    limits_unpromise_low(space->account, space->low_ahead);
    space->ahead = space->low_ahead = 0;
}

/* Of the frames that the pages gave back, as many stay charged as are still wanted ahead. */
static int end_clear(struct space *space)
{
    uint32_t ahead = saturating_sub(space->work_of, space->low_ahead);

    account_release(space->account, space->committed + space->ahead - ahead);
    space->committed = 0;
    space->ahead = ahead;
    space->work = WORK_NONE;
    forget_regions(space);
    return 0;
}

static int clear_some(struct space *space)
{
    space_release_some(space, &space->work_at, USER_END);
    return space->work_at < USER_END ? MEM_MORE : end_clear(space);
}

/* Charges frames ahead: those in low memory at once, others only as far as the pages being freed do not provide them;
 * false: there are not enough. If all memory is low, no page can take a table's frame. */
static bool charge_ahead(struct space *space, uint32_t frames, uint32_t low)
{
    struct cost cost = {.low = frames_any_high ? saturating_sub(low, space->low_ahead) : 0};

    cost.pages = saturating_sub(frames, space->committed + space->ahead + space->low_ahead + cost.low);
    if (!charge(space->account, &cost))
        return false;
    space->ahead += cost.pages;
    space->low_ahead += cost.low;
    return true;
}

int space_clear(struct space *space, uint32_t frames, uint32_t low)
{
    if (space->work == WORK_CLEAR)
        return clear_some(space);
    if (!charge_ahead(space, frames, low))
        return -ENOMEM;
    space->work_of = frames;
    space->work_at = 0;
    space->work = WORK_CLEAR;
    if (!is_small(space))
        return clear_some(space);
    space_release(space, 0, USER_END);
    return end_clear(space);
}

/* When a task dies, the kernel empties its slot and releases the frames lent to it. */
static bool end_task(const struct space *space)
{
    return !kernel_destroy(space->task) || kernel_slot_is_empty(space->task);
}

/* Ends a space whose task has no lent frames any more. */
static void end(struct space *space)
{
    account_release(space->account, space->low);
    limits_unpromise_low(space->account, space->low);
    limits_drop(space->account);
    keep_spare(space);
    spaces--;
}

/* Ends a space without pages. Its capability is deleted: if it is no task's, the slot could never take another. */
static void end_without_pages(struct space *space, bool gone)
{
    pages_destroy(&space->pages);
    space_uncommit(space, space->committed);
    account_release(limits_units(space->account), space->units); /* of an incomplete copy */
    space_uncharge_ahead(space);
    space->id = 0;
    if (gone) {
        frames_return_some(&space->donated, UINT32_MAX);
        end(space);
        return;
    }
    err_t err = kernel_delete(space->task);
    (void)err; /* it may have died meanwhile */
    space->next = space_settling;
    space_settling = space;
    space_settle();
}

/* Makes a space unfindable. */
static void hide(struct space *space)
{
    fatal_fault_forget(space);
    unlink_space(space);
    space->work = WORK_END;
    space->work_at = 0;
}

static void end_at_once(struct space *space, bool gone)
{
    hide(space);
    space_release_all(space, gone);
    end_without_pages(space, gone);
}

static int end_some(struct space *space)
{
    struct space **link = &space_ending;

    space_release_some(space, &space->work_at, USER_END);
    if (space->work_at < USER_END)
        return MEM_MORE;
    if (space->leaves > SMALL_LEAVES && !kernel_slot_is_empty(space->task))
        return MEM_TASK;
    bool gone = end_task(space);
    if (gone && !frames_return_some(&space->donated, 2 * STEP_PAGES))
        return MEM_MORE;
    while (*link != space)
        link = &(*link)->next;
    *link = space->next;
    end_without_pages(space, gone);
    return 0;
}

/* For a small space one call destroys the task with all its mappings. */
int space_destroy(struct space *space)
{
    if (space->work == WORK_END)
        return end_some(space);
    if (is_small(space)) {
        end_at_once(space, end_task(space));
        return 0;
    }
    hide(space);
    space->next = space_ending;
    space_ending = space;
    return end_some(space);
}

void space_settle(void)
{
    struct space *list = space_settling;

    space_settling = NULL;
    for (struct space *space = list, *next; space; space = next) {
        next = space->next;
        if (frames_return_free(&space->donated)) {
            end(space);
        } else {
            space->next = space_settling;
            space_settling = space;
        }
    }
}

/* ------------------------------------------------------------------------------------- promises */

/* The cost of tables first .. last that are not promised yet. Two tables share a leaf, which is charged
 * with the first of them. */
static struct cost tables_cost(const struct space *space, uint32_t first, uint32_t last)
{
    struct cost cost = {0};

    for (uint32_t i = first; i <= last; i++) {
        if (space_has_table(space, i))
            continue;
        bool leaf_counted = i % 2 && i > first;
        cost.leaves += !leaf_counted && !space_has_table(space, i ^ 1);
        cost.low += TABLE_FRAMES;
    }
    cost.low += cost.leaves;
    return cost;
}

bool space_promise(struct space *space, uint32_t address, uint32_t end, uint32_t pages)
{
    uint32_t first = address >> TABLE_SHIFT, last = (end - 1) >> TABLE_SHIFT;
    struct cost cost = tables_cost(space, first, last);

    cost.pages = pages;
    cost.low_ahead = min(cost.low, space->low_ahead);
    cost.ahead = min(pages + cost.low - cost.low_ahead, space->ahead);
    if (!charge(space->account, &cost))
        return false;
    space->ahead -= cost.ahead;
    space->low_ahead -= cost.low_ahead;
    for (uint32_t i = first; cost.low && i <= last; i++)
        space->tables[i / 32] |= 1u << i % 32;
    space->committed += pages;
    space->low += cost.low;
    space->leaves += cost.leaves;
    return true;
}

bool space_promise_heap(struct space *space, uint32_t pages)
{
    if (!charge(space->account, &(struct cost){.low = pages}))
        return false;
    space->low += pages;
    space->leaves += pages;
    return true;
}

void space_unpromise_heap(struct space *space, uint32_t pages)
{
    space->low -= pages;
    space->leaves -= pages;
    limits_unpromise_low(space->account, pages);
    account_release(space->account, pages);
}
