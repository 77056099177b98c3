#include "servers/console/readers.h"

static void queue_init(struct reader_queue *queue)
{
    queue->first = 0;
    queue->end = &queue->first;
}

static void queue_add(struct reader_queue *queue, struct client *client, enum client_wait waits)
{
    client->waits = (uint8_t)waits;
    client->next_reader = 0;
    *queue->end = client;
    queue->end = &client->next_reader;
}

static void queue_remove(struct reader_queue *queue, struct client *client)
{
    struct client **link = &queue->first;

    while (*link != client)
        link = &(*link)->next_reader;
    *link = client->next_reader;
    if (!client->next_reader)
        queue->end = link;
    client->waits = WAITS_NOT;
}

void readers_init(struct readers *readers)
{
    queue_init(&readers->asking);
    queue_init(&readers->behind);
    queue_init(&readers->served);
    readers->front = 0;
}

bool readers_may(const struct readers *readers, const struct client *client)
{
    return client->badge == 0 || client->badge == readers->front;
}

void readers_add(struct readers *readers, struct client *client)
{
    if (readers_may(readers, client))
        queue_add(&readers->served, client, WAITS_READ);
    else
        queue_add(&readers->asking, client, WAITS_ASKING);
}

bool readers_remove(struct readers *readers, struct client *client)
{
    if (client->waits == WAITS_READ)
        queue_remove(&readers->served, client);
    else if (client->waits == WAITS_ASKING)
        queue_remove(&readers->asking, client);
    else if (client->waits == WAITS_BEHIND)
        queue_remove(&readers->behind, client);
    else
        return false;
    return true;
}

struct client *readers_tell(struct readers *readers)
{
    struct client *client = readers->asking.first;

    if (client) {
        queue_remove(&readers->asking, client);
        queue_add(&readers->behind, client, WAITS_BEHIND);
    }
    return client;
}

void readers_set_front(struct readers *readers, uint32_t badge)
{
    struct client *client = client_find(badge);

    readers->front = badge;
    if (client && (client->waits == WAITS_ASKING || client->waits == WAITS_BEHIND)) {
        readers_remove(readers, client);
        queue_add(&readers->served, client, WAITS_READ);
    }
}

void readers_leave(struct readers *readers, uint32_t badge)
{
    if (readers->front == badge)
        readers->front = 0;
}

static void ask_all(struct readers *readers, struct reader_queue *queue)
{
    struct client *next;

    for (struct client *client = queue->first; client; client = next) {
        next = client->next_reader;
        if (readers_may(readers, client))
            continue;
        queue_remove(queue, client);
        queue_add(&readers->asking, client, WAITS_ASKING);
    }
}

void readers_ask_again(struct readers *readers)
{
    ask_all(readers, &readers->served);
    ask_all(readers, &readers->behind);
}

static bool queue_check(const struct reader_queue *queue, enum client_wait waits)
{
    struct client *const *link = &queue->first;

    for (; *link; link = &(*link)->next_reader)
        if ((*link)->waits != waits)
            return false;
    return queue->end == link;
}

bool readers_check(const struct readers *readers)
{
    return queue_check(&readers->asking, WAITS_ASKING) && queue_check(&readers->behind, WAITS_BEHIND) &&
           queue_check(&readers->served, WAITS_READ);
}
