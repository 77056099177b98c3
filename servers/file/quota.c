#include "servers/file/quota.h"

#include "servers/file/pages.h"

uint32_t quota_take_page(struct quota *quota)
{
    if (!account_charge(&quota->pages, 1))
        return PAGE_NONE;
    account_hold(&quota->pages);
    quota->charged++;
    return pages_take_reserved();
}

void quota_give_page(struct quota *quota, uint32_t number)
{
    pages_give_reserved(number);
    account_release(&quota->pages, 1);
    quota->charged--;
    quota_drop(quota);
}

void quota_drop(struct quota *quota)
{
    account_drop(&quota->pages, quota->free);
}
