/*
 * Pages of the reserve (P4 of pages.h) that are kept for clients, by account (servers/lib/account.h): those who share
 * a quota may use so many, and find so many, whatever others do.
 *
 *   Q1  the sum of all quotas without one above them is at most the reserve
 *   Q2  `charged` counts the quota's own pages, each of which holds it: it outlives the clients whose pages are others'
 *       now
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

/* One holder less; the last one's goes. */
void quota_drop(struct quota *quota);
