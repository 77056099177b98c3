/*
 * Circular doubly linked lists of 32-bit references, rooted in a link of the list's owner.
 *
 *   L1  a link that is in no list points to itself, or has never been used (both zero)
 *   L2  next->prev and prev->next lead back
 *
 * Inserting and removing take no branch. The kernel lock guards every list.
 */
#pragma once

#include "kernel/arch/arch.h"

struct link {
    ref_t next, prev;
};

ALWAYS_INLINE void link_init(struct link *link)
{
    link->next = link->prev = REF(link);
}

ALWAYS_INLINE bool list_is_empty(const struct link *link)
{
    return link->next == REF(link);
}

/* `link` goes right behind `where`: to the front of a list if that is its root. */
ALWAYS_INLINE void link_insert_after(struct link *where, struct link *link)
{
    ref_t next = where->next;
    link->next = next;
    link->prev = REF(where);
    AT(struct link, next)->prev = REF(link);
    where->next = REF(link);
}

/* The first of a list that is not empty. */
ALWAYS_INLINE void link_remove_first(struct link *root)
{
    ref_t next = AT(struct link, root->next)->next;

    AT(struct link, next)->prev = REF(root);
    root->next = next;
}

ALWAYS_INLINE void link_remove(struct link *link)
{
    ref_t next = link->next, prev = link->prev; /* read before the stores, which might be to them */

    AT(struct link, next)->prev = prev;
    AT(struct link, prev)->next = next;
}
