/* Late replies, to clients that wait for one. */
#pragma once

#include "libuser/ipc/server.h"
#include "servers/console/client.h"

/* Records that the client waits; the caller puts it into a list. */
static inline int32_t reply_later(struct client *client, struct caller caller, enum client_wait waits, uint32_t bytes)
{
    client->caller = caller.caller;
    client->call_number = caller.call_number;
    client->waits = (uint8_t)waits;
    client->bytes_wanted = bytes;
    return SERVER_LATER;
}

/* Replies to the client and ends its wait. False if the caller died meanwhile. */
static inline bool reply(struct client *client, int32_t result, struct words *words)
{
    client_stop_waiting(client);
    return server_reply((struct caller){client->caller, client->call_number}, result, words) == OK;
}
