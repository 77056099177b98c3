/*
 * Doubly linked lists, each a ring with its head: a member is removed without a search, and without knowing its list.
 *
 *      head <-> link <-> link <-> head        a link that is in no list has a null `next`
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct link {
    struct link *next, *previous;
};

static inline void list_init(struct link *list)
{
    list->next = list->previous = list;
}

static inline bool list_is_empty(const struct link *list)
{
    return list->next == list;
}

static inline bool link_is_in(const struct link *link)
{
    return link->next;
}

/* True if the link's neighbours, if it has any, point to it. */
static inline bool link_check(const struct link *link)
{
    return !link->next || (link->next->previous == link && link->previous->next == link);
}

/* Adds a link, which must be in no list, at the list's end. */
static inline void list_add(struct link *list, struct link *link)
{
    link->next = list;
    link->previous = list->previous;
    list->previous->next = link;
    list->previous = link;
}

/* Removes a link from its list. */
static inline void link_leave(struct link *link)
{
    link->next->previous = link->previous;
    link->previous->next = link->next;
    link->next = NULL;
}

/* Moves all links of `more` to the list's end. */
static inline void list_join(struct link *list, struct link *more)
{
    if (list_is_empty(more))
        return;
    more->next->previous = list->previous;
    list->previous->next = more->next;
    more->previous->next = list;
    list->previous = more->previous;
    list_init(more);
}
