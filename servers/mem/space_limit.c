#include "libuser/libc/errno.h"
#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/mem/space.h"

static int split_account(struct space *space, uint32_t frames)
{
    if (!frames_promise_low(ACCOUNT_COST))
        return -ENOMEM;
    struct account *account = heap_page();
    int error = -ENOMEM;
    if (account)
        error = account_split(account, space->account, frames, space->committed + space->low + space->ahead);
    if (!error) {
        space->account = account;
        return 0;
    }
    if (account)
        heap_page_free(account);
    frames_unpromise_low(ACCOUNT_COST);
    return error;
}

int space_set_limit(struct space *space, uint32_t frames)
{
    struct account *account = space->account;

    if (frames > account->limit)
        return -EPERM;
    if (frames == account->limit)
        return 0;
    if (account->holders == 1 && account->parent)
        return account_lower(account, frames);
    return split_account(space, frames);
}
