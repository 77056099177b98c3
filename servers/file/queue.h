/* Clients that wait at one end of a pipe, first come, first served. */
#pragma once

#include <stddef.h>

#include "servers/file/client.h"

struct queue {
    struct client *first, **end;
};

static inline void queue_init(struct queue *queue)
{
    queue->first = NULL;
    queue->end = &queue->first;
}

static inline void queue_add(struct queue *queue, struct client *client)
{
    client->next_waiting = NULL;
    *queue->end = client;
    queue->end = &client->next_waiting;
}

static inline void queue_remove(struct queue *queue, struct client *client)
{
    struct client **link = &queue->first;

    while (*link != client)
        link = &(*link)->next_waiting;
    *link = client->next_waiting;
    if (!*link)
        queue->end = link;
}
