#include "servers/console/readers.h"

static void wait_in(struct list *list, struct client *client, enum client_wait waits)
{
    client->waits = (uint8_t)waits;
    list_add(list, &client->wait);
}

void readers_init(struct readers *readers)
{
    list_init(&readers->asking);
    list_init(&readers->again);
    list_init(&readers->background);
    list_init(&readers->served);
    readers->foreground = 0;
}

bool readers_may_read(const struct readers *readers, const struct client *client)
{
    return client->badge == 0 || client->badge == readers->foreground;
}

void readers_add(struct readers *readers, struct client *client)
{
    if (readers_may_read(readers, client))
        wait_in(&readers->served, client, WAITS_READ);
    else
        wait_in(&readers->asking, client, WAITS_FOREGROUND);
}

bool readers_remove(struct client *client)
{
    if (client->waits != WAITS_FOREGROUND && client->waits != WAITS_READ)
        return false;
    client_stop_waiting(client);
    return true;
}

struct client *readers_next_asking(struct readers *readers)
{
    struct client *client = FIRST_OF(&readers->asking, wait);

    if (!client)
        client = FIRST_OF(&readers->again, wait);
    if (client) {
        link_leave(&client->wait);
        list_add(&readers->background, &client->wait);
    }
    return client;
}

bool readers_any_asking(const struct readers *readers)
{
    return !list_is_empty(&readers->asking) || !list_is_empty(&readers->again);
}

void readers_set_foreground(struct readers *readers, uint32_t badge)
{
    struct client *client = client_find(badge);

    readers->foreground = badge;
    if (client && client->waits == WAITS_FOREGROUND) {
        readers_remove(client);
        wait_in(&readers->served, client, WAITS_READ);
    }
}

void readers_leave(struct readers *readers, uint32_t badge)
{
    if (readers->foreground == badge)
        readers->foreground = 0;
}

/* This takes a few steps for each reader; usually there is one. */
void readers_ask_again(struct readers *readers)
{
    struct link *next;

    for (struct link *link = list_first(&readers->served); link != &readers->served.end; link = next) {
        struct client *client = CLIENT_OF(link, wait);
        next = link->next;
        if (!readers_may_read(readers, client)) {
            readers_remove(client);
            wait_in(&readers->again, client, WAITS_FOREGROUND);
        }
    }
    list_join(&readers->again, &readers->background);
}

static bool list_audit(const struct list *list, enum client_wait waits)
{
    for (const struct link *link = list_first(list); link != &list->end; link = link->next)
        if (!link_is_whole(link) || CLIENT_OF(link, wait)->waits != waits)
            return false;
    return true;
}

bool readers_audit(const struct readers *readers)
{
    return list_audit(&readers->asking, WAITS_FOREGROUND) && list_audit(&readers->again, WAITS_FOREGROUND) &&
           list_audit(&readers->background, WAITS_FOREGROUND) && list_audit(&readers->served, WAITS_READ);
}
