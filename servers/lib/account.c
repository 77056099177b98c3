#include "servers/lib/account.h"

#include "libuser/libc/errno.h"

int account_split(struct account *account, struct account *parent, uint32_t limit, uint32_t charged)
{
    uint32_t left = account_left(parent) + charged;

    if (limit < charged)
        return -EINVAL;
    if (left < ACCOUNT_COST || limit > left - ACCOUNT_COST)
        return -ENOMEM;
    if (parent->depth == ACCOUNT_DEPTH_MAX)
        return -EAGAIN;
    *account = (struct account){
        .used = charged,
        .limit = limit,
        .holders = 1,
        .depth = parent->depth + 1,
        .parent = parent, /* which the new account holds now, as its holder did */
    };
    parent->used += ACCOUNT_COST + limit - charged;
    return 0;
}

int account_lower(struct account *account, uint32_t limit)
{
    if (limit < account->used)
        return -EINVAL;
    if (account->parent)
        account_release(account->parent, account->limit - limit);
    account->limit = limit;
    return 0;
}

void account_drop(struct account *account, void (*free)(struct account *account))
{
    while (--account->holders == 0 && account->parent) {
        struct account *parent = account->parent;
        assert(account->used == 0);
        account_release(parent, account->limit + ACCOUNT_COST);
        free(account);
        account = parent;
    }
}
