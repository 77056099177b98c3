#include "servers/console/client.h"

enum { HASHES = 512 };

static struct client clients[CLIENTS_MAX];
static struct client *by_hash[HASHES];
static struct client *free_clients;
static uint32_t kept;

void clients_init(void)
{
    for (uint32_t i = 0; i < HASHES; i++)
        by_hash[i] = 0;
    free_clients = 0;
    for (uint32_t i = CLIENTS_MAX; i > 0; i--) {
        clients[i - 1] = (struct client){.next = free_clients};
        free_clients = &clients[i - 1];
    }
    kept = 0;
}

struct client *client_find(uint32_t badge)
{
    struct client *client = by_hash[badge % HASHES];

    while (client && client->badge != badge)
        client = client->next;
    return client;
}

struct client *client_get(uint32_t badge)
{
    struct client *client = client_find(badge);

    if (client || !free_clients)
        return client;
    client = free_clients;
    free_clients = client->next;
    client->badge = badge;
    client->kept = true;
    client->ended = client->flush = client->hurried = false;
    client->next = by_hash[badge % HASHES];
    by_hash[badge % HASHES] = client;
    kept++;
    return client;
}

void client_drop(struct client *client)
{
    if (!client->kept || client->used > 0 || client->waits != WAITS_NOT || client->hurried)
        return;
    if (link_is_in(&client->time))
        link_leave(&client->time);
    struct client **link = &by_hash[client->badge % HASHES];
    while (*link != client)
        link = &(*link)->next;
    *link = client->next;
    client->kept = false;
    client->next = free_clients;
    free_clients = client;
    kept--;
}

void client_stop_waiting(struct client *client)
{
    if (link_is_in(&client->wait))
        link_leave(&client->wait);
    client->waits = WAITS_NOT;
}

struct client *client_next(struct client *client)
{
    for (client = client ? client + 1 : clients; client < clients + CLIENTS_MAX; client++)
        if (client->kept)
            return client;
    return 0;
}

uint32_t clients_count(void)
{
    return kept;
}
