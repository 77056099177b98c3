#include "tests/host/mem_accounts.h"

#include "servers/mem/frames.h"
#include "servers/mem/named.h"
#include "tests/host/check.h"

#include <errno.h>

enum { ACCOUNTS_MAX = 64 * ACCOUNT_DEPTH_MAX };

static struct account *accounts[ACCOUNTS_MAX];
static uint32_t accounts_count;

uint32_t mem_charged(const struct space *space)
{
    return space->committed + space->low + space->ahead + space->low_ahead;
}

int mem_status_of_limit(const struct space *space, uint32_t limit)
{
    const struct account *account = space->account;
    bool alone = account->holders == 1 && account->parent;

    if (limit >= account->limit)
        return limit > account->limit ? -EPERM : 0;
    if (limit < (alone ? account->used : mem_charged(space)))
        return -EINVAL;
    if (!alone && limit + ACCOUNT_COST > account_left(account) + mem_charged(space))
        return -ENOMEM;
    return !alone && account->depth == ACCOUNT_DEPTH_MAX ? -EAGAIN : 0;
}

/* Adds the account and those above it. */
static void find_account(struct account *account)
{
    for (; account; account = account->parent) {
        uint32_t i = 0;
        while (i < accounts_count && accounts[i] != account)
            i++;
        CHECK(i < ACCOUNTS_MAX);
        if (i == accounts_count)
            accounts[accounts_count++] = account;
    }
}

static void for_spaces(void (*function)(struct space *space))
{
    for (uint32_t bucket = 0; bucket < SPACE_BUCKETS; bucket++)
        for (struct space *space = space_buckets[bucket]; space; space = space->next)
            function(space);
    for (struct space *space = space_ending; space; space = space->next)
        function(space);
    for (struct space *space = space_settling; space; space = space->next)
        function(space);
}

static void find_account_of(struct space *space)
{
    find_account(space->account);
}

static const struct account *counted;
static uint32_t used, low_used, holders;

static void count(struct space *space)
{
    if (space->account != counted)
        return;
    used += mem_charged(space);
    low_used += space->low + space->low_ahead;
    holders++;
}

static void check_account(const struct account *account, uint32_t others)
{
    bool root = account == &frames_account;

    counted = account;
    used = root ? others : 0;
    holders = root;
    for_spaces(count);
    for (uint32_t i = 0; i < accounts_count; i++)
        if (accounts[i]->parent == account) {
            used += accounts[i]->limit + accounts[i]->cost;
            holders++;
        }
    CHECK(account->used == used && used <= account->limit && account->holders == holders);
    CHECK(root ? !account->depth : account->depth == account->parent->depth + 1);
    CHECK(account->depth <= ACCOUNT_DEPTH_MAX);
}

/* The low memory that is promised to the spaces of an account and to the accounts under it. */
static uint32_t count_low(const struct account *account, uint32_t depth)
{
    counted = account;
    low_used = 0;
    for_spaces(count);
    uint32_t low = low_used;
    for (uint32_t i = 0; i < accounts_count && depth <= ACCOUNT_DEPTH_MAX; i++)
        if (accounts[i]->parent == account)
            low += ACCOUNT_COST + limits_audit(accounts[i], count_low(accounts[i], depth + 1));
    return low;
}

/* Units of the segments that spaces have attached. A segment is charged to each space with a limit, and once for all
 * spaces without one. A copy that is not complete has all of its parent's segments charged, though it has not attached
 * them yet. */
static uint32_t units;
static const struct named *segment;
static bool is_attached_unlimited;

static void count_units(struct space *space)
{
    bool is_attached = pages_get(&space->pages, segment->address);

    if (space->account == counted && is_attached && counted->parent && space->work != WORK_COPY)
        units += named_units(segment->pages);
    is_attached_unlimited |= is_attached && !space->account->parent;
}

static void count_units_of_copy(struct space *space)
{
    if (space->account == counted && space->work == WORK_COPY)
        units += space->units;
}

static void check_units(struct account *account)
{
    const struct account *its = limits_units(account);

    units = 0;
    counted = account;
    for_spaces(count_units_of_copy);
    for (uint32_t unit = 0; named_next(&unit, &segment);) {
        if (!segment)
            continue;
        is_attached_unlimited = false;
        for_spaces(count_units);
        units += !account->parent && is_attached_unlimited ? named_units(segment->pages) : 0;
    }
    for (uint32_t i = 0; i < accounts_count; i++)
        units += accounts[i]->parent == account ? limits_units(accounts[i])->limit : 0;
    CHECK(its->used == units && units <= its->limit);
}

void mem_accounts_check(uint32_t others, uint32_t others_low)
{
    accounts_count = 0;
    find_account(&frames_account);
    for_spaces(find_account_of);
    for (uint32_t i = 0; i < accounts_count; i++)
        check_account(accounts[i], others);
    for (uint32_t i = 0; i < accounts_count; i++)
        check_units(accounts[i]);
    CHECK(frames_count().promised_low == count_low(&frames_account, 0) + others_low);
}
