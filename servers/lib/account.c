#include "servers/lib/account.h"

#include <errno.h>

int account_check_split(const struct account *parent, uint32_t limit, uint32_t charged, uint32_t cost)
{
    uint32_t left = account_left(parent) + charged;

    if (limit < charged)
        return -EINVAL;
    if (left < cost || limit > left - cost)
        return -ENOMEM;
    return parent->depth == ACCOUNT_DEPTH_MAX ? -EAGAIN : 0;
}

void account_split(struct account *account, struct account *parent, uint32_t limit, uint32_t charged, uint32_t cost)
{
    assert(!account_check_split(parent, limit, charged, cost));
    *account = (struct account){
        .used = charged,
        .limit = limit,
        .holders = 1,
        .depth = parent->depth + 1,
        .cost = cost,
        .parent = parent, /* held by the new account now, in place of its holder */
    };
    parent->used += cost + limit - charged;
}

int account_lower(struct account *account, uint32_t limit, uint32_t cost)
{
    if (limit < account->used)
        return -EINVAL;
    if (account->parent)
        account_release(account->parent, account->limit + account->cost - limit - cost);
    account->limit = limit;
    account->cost = cost;
    return 0;
}

void account_drop(struct account *account, void (*free)(struct account *account))
{
    while (--account->holders == 0 && account->parent) {
        struct account *parent = account->parent;
        assert(account->used == 0);
        account_release(parent, account->limit + account->cost);
        free(account);
        account = parent;
    }
}
