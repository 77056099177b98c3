/*
 * Doubly linked lists of 32-bit references: a list and its links make a circle.
 *
 *      list  --first/next-->  link  --next-->  link  --next-->  the list
 *            <--prev--              <--prev--        <--prev/last--
 *
 *   L1  a link that was never in a list is zero; a removed one keeps its last values, unless its owner zeroes it
 *   L2  next->prev and prev->next lead back
 *   L3  of an empty list first and last are the list itself
 *
 * Inserting and removing take no branch. The kernel lock guards every list.
 */
#pragma once

#include "kernel/arch/arch.h"

struct link {
    ref_t next, prev;
};

/* In the circle the list itself is a link: `first` is its next, `last` its prev. */
struct list {
    ref_t first, last;
} __attribute__((may_alias));

/* Makes the list empty. */
ALWAYS_INLINE void list_init(struct list *list)
{
    list->first = list->last = REF(list);
}

ALWAYS_INLINE bool list_is_empty(const struct list *list)
{
    return list->first == REF(list);
}

/* Inserts `link`, which is in no list, right after `where`: after a link, at the front (`where` is the list), or at the
 * back (`where` is the list's `last`). */
ALWAYS_INLINE void link_insert_after(ref_t where, struct link *link)
{
    ref_t next = AT(struct link, where)->next;

    *link = (struct link){next, where};
    AT(struct link, where)->next = AT(struct link, next)->prev = REF(link);
}

/* Takes the first link out of a list, which must not be empty. */
ALWAYS_INLINE void list_remove_first(struct list *list)
{
    list->first = AT(struct link, list->first)->next;
    AT(struct link, list->first)->prev = REF(list);
}

/* Takes a link out of the list it is in; it must be in one. */
ALWAYS_INLINE void link_remove(struct link *link)
{
    ref_t next = link->next, prev = link->prev; /* read first: for the compiler, the stores below might change them */

    AT(struct link, next)->prev = prev;
    AT(struct link, prev)->next = next;
}
