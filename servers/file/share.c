#include "servers/file/share.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>

#include "servers/file/pages.h"
#include "servers/lib/number.h"

struct share share_of_all;

static uint32_t sizes[SHARE_CLASSES];
static struct quota quota_of_shares; /* pages with shares themselves: each has paid one to the share above it */
static struct record_class records;
static struct share *first;

static struct share *share_of(struct account *account)
{
    return (struct share *)account;
}

static void end(struct account *account)
{
    struct share *share = share_of(account);

    *share->link = share->next;
    if (share->next)
        share->next->link = share->link;
    record_free(&records, share);
}

static void begin(struct share *share)
{
    share->quota.free = end;
    for (uint32_t class = 0; class < SHARE_CLASSES; class ++) {
        record_class_init(&share->classes[class], sizes[class]);
        share->classes[class].quota = &share->quota;
    }
    share->link = &first;
    share->next = first;
    if (first)
        first->link = &share->next;
    first = share;
}

void shares_init(void)
{
    uint32_t pages = pages_in_reserve();

    first = NULL;
    record_class_init(&records, sizeof(struct share));
    quota_of_shares = (struct quota){.pages = {.limit = pages, .holders = 1}};
    records.quota = &quota_of_shares;
    share_of_all = (struct share){.quota.pages = {.limit = pages, .holders = 1}};
    for (uint32_t class = 0; class < SHARE_CLASSES; class ++)
        sizes[class] = sizeof(void *);
    begin(&share_of_all);
}

void shares_set_size(enum share_class class, uint32_t size)
{
    sizes[class] = size;
    record_class_init(&share_of_all.classes[class], size);
    share_of_all.classes[class].quota = &share_of_all.quota;
}

void *share_make_record(struct share *share, enum share_class class)
{
    return record_make(&share->classes[class]);
}

void share_free_record(void *record)
{
    record_free(record_class_of(record), record);
}

struct share *share_of_record(const void *record)
{
    return (struct share *)record_class_of(record)->quota;
}

struct share *share_hold(struct share *share)
{
    account_hold(&share->quota.pages);
    return share;
}

void share_drop(struct share *share)
{
    quota_drop(&share->quota);
}

/* ---------------------------------------------------------------------------------------- limits */

static uint32_t part_of(const struct account *whole, uint32_t processes, uint32_t of)
{
    uint32_t left = account_left(whole), part = (processes * whole->limit + of - 1) / of;
    uint32_t enough = min(processes * PAGES_EACH + PAGES_FOR_ANY, left / 2);

    return min(part > enough ? part : enough, left ? left - 1 : 0);
}

/* Lowers a limit, but not below the pages in use. */
static int lower(struct account *account, uint32_t pages)
{
    return account_lower(account, pages > account->used ? pages : account->used, ACCOUNT_COST);
}

static int split(struct share **share, uint32_t pages)
{
    struct account *parent = &(*share)->quota.pages;
    int error = pages ? account_check_split(parent, pages, 0, ACCOUNT_COST) : -ENOMEM;
    struct share *made = error ? NULL : record_make(&records);

    if (!made)
        return error ? error : -ENOMEM;
    account_split(&made->quota.pages, parent, pages, 0, ACCOUNT_COST);
    begin(made);
    *share = made;
    return 0;
}

int share_set(struct share **share, uint32_t processes, uint32_t of)
{
    struct account *account = &(*share)->quota.pages;
    bool is_alone = account->parent && account->holders == (*share)->quota.charged + 1;

    if (is_alone)
        return lower(account, (processes * account->limit + of - 1) / of);
    return split(share, part_of(account, processes, of));
}

/* ----------------------------------------------------------------------------------------- audit */

uint32_t shares_count(enum share_class class)
{
    uint32_t count = 0;

    for (const struct share *share = first; share; share = share->next)
        count += share->classes[class].records;
    return count;
}

uint32_t shares_audit_class(enum share_class class)
{
    uint32_t pages = 0;

    for (const struct share *share = first; share; share = share->next)
        pages += record_audit(&share->classes[class]);
    return pages;
}

/* Checks a share against the pages that it uses and that it gave to shares below. */
static void audit(const struct share *share)
{
    uint32_t used = share->quota.charged, below = 0;

    for (const struct share *other = first; other; other = other->next)
        if (other->quota.pages.parent == &share->quota.pages) {
            used += other->quota.pages.limit + other->quota.pages.cost;
            below++;
        }
    assert(share->quota.pages.used == used && used <= share->quota.pages.limit);
    assert(share->quota.pages.holders >= share->quota.charged + below);
}

uint32_t shares_audit(uint32_t others)
{
    uint32_t charged = 0, pages = 0;

    for (const struct share *share = first; share; share = share->next) {
        audit(share);
        charged += share->quota.charged;
    }
    for (uint32_t class = 0; class < SHARE_CLASSES; class ++)
        pages += shares_audit_class((enum share_class) class);
    assert(charged == pages + others);
    return pages + record_audit(&records);
}
