/*
 * Quotas of pages of the reserve (P4 of pages.h), by account (servers/lib/account.h): the clients that share a quota
 * may use that many pages, and are sure to find them, whatever others do.
 *
 *   Q1  the sum of all quotas without a parent is at most the reserve
 *   Q2  `charged` counts the quota's own pages, each of which holds it: so it outlives its clients if others have its
 *       pages now
 */
#pragma once

#include "servers/lib/account.h"

struct quota {
    struct account pages; /* first, so that an account is its quota */
    uint32_t charged;
    void (*free)(struct account *account);
};

/* A page, contents arbitrary; PAGE_NONE: the quota has no more. */
uint32_t quota_take_page(struct quota *quota);
void quota_give_page(struct quota *quota, uint32_t number);

/* Removes a holder; with the last one the quota goes. */
void quota_drop(struct quota *quota);
