/*
 * Doubly linked lists, each a circle of a list and its links: a link is removed without a search, and without knowing
 * its list.
 *
 *      list <-> link <-> link <-> list        a link that is in no list has a null `next`
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct link {
    struct link *next, *previous;
};

/* In the circle the list itself is a link: its next is the first one, its previous the last one. */
struct list {
    struct link end;
};

static inline void list_init(struct list *list)
{
    list->end.next = list->end.previous = &list->end;
}

static inline bool list_is_empty(const struct list *list)
{
    return list->end.next == &list->end;
}

/* The first link; of an empty list its end. */
static inline struct link *list_first(const struct list *list)
{
    return list->end.next;
}

static inline bool link_is_in(const struct link *link)
{
    return link->next;
}

/* True if the link's neighbours, if it has any, point to it. */
static inline bool link_is_whole(const struct link *link)
{
    return !link->next || (link->next->previous == link && link->previous->next == link);
}

/* Adds a link, which must be in no list, at the list's end. */
static inline void list_add(struct list *list, struct link *link)
{
    link->next = &list->end;
    link->previous = list->end.previous;
    list->end.previous->next = link;
    list->end.previous = link;
}

/* Removes a link from its list. */
static inline void link_leave(struct link *link)
{
    link->next->previous = link->previous;
    link->previous->next = link->next;
    link->next = NULL;
}

/* Moves all links of `more` to the list's end. */
static inline void list_join(struct list *list, struct list *more)
{
    if (list_is_empty(more))
        return;
    more->end.next->previous = list->end.previous;
    list->end.previous->next = more->end.next;
    more->end.previous->next = &list->end;
    list->end.previous = more->end.previous;
    list_init(more);
}
