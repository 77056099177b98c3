/*
 * Accounts: how much of a resource (frames, processes) each group of processes may use.
 *
 *      root: all that there is <--- account <--- account
 *                              <--- account
 *
 * A program and the processes it forks share an account. A program may take an account of its own with
 * a limit: that amount is taken from the outer account, used or not, is out of the reach of others, and
 * comes back when the last holder has ended.
 *
 *   A1  `used` is at most `limit`
 *   A2  `used` is the sum of the charges and of the limits of the accounts under this one, each with its
 *       `cost`: ACCOUNT_COST for the account itself, and whatever else it takes from this one
 *   A3  `holders` counts the processes that charge it and the accounts under it; without any it goes,
 *       except the root
 *   A4  the root's `depth` is 0, another account's is its parent's + 1, at most ACCOUNT_DEPTH_MAX
 */
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ACCOUNT_COST = 1, ACCOUNT_DEPTH_MAX = 16 };

struct account {
    uint32_t used, limit;
    uint32_t holders, depth;
    uint32_t cost;          /* to its parent, in addition to its limit */
    struct account *parent; /* null: the root */
};

static inline uint32_t account_left(const struct account *account)
{
    return account->limit - account->used;
}

/* False: the account does not have that much left, and nothing has changed. */
static inline bool account_charge(struct account *account, uint32_t amount)
{
    if (amount > account_left(account))
        return false;
    account->used += amount;
    return true;
}

static inline void account_release(struct account *account, uint32_t amount)
{
    assert(amount <= account->used);
    account->used -= amount;
}

static inline struct account *account_hold(struct account *account)
{
    account->holders++;
    return account;
}

/* Whether the holder of `charged` in `parent` may move to a new account with that limit and cost. 0; -EINVAL: it has
 * more than the limit; -ENOMEM: the parent does not have that much; -EAGAIN: it is nested too deeply. */
int account_check_split(const struct account *parent, uint32_t limit, uint32_t charged, uint32_t cost);

/* Moves it; account_check_split() was 0. */
void account_split(struct account *account, struct account *parent, uint32_t limit, uint32_t charged, uint32_t cost);

/* Lowers the limit and cost of an account for its only holder. -EINVAL: more is used. */
int account_lower(struct account *account, uint32_t limit, uint32_t cost);

/* Removes a holder, which has nothing charged any more. An account without holders is passed to
 * `free`, and then perhaps the ones above it. */
void account_drop(struct account *account, void (*free)(struct account *account));
