/* Calls about named segments, as clients of the memory server make them in host tests. */
#pragma once

#include "servers/mem/named.h"
#include "servers/proto/mem.h"
#include "tests/host/check.h"
#include "tests/host/mem_pair.h"

#include <string.h>

static inline int named_ask(struct mem_client client, uint32_t number, const char *name, struct words *words)
{
    uint32_t bytes = (uint32_t)strlen(name) + 1;

    memset(message_page->words, 0xee, sizeof(message_page->words));
    memcpy(message_page->words, name, bytes);
    words->w[0] = number;
    CHECK(mem_exchange(&client, (bytes + 3) / 4, words));
    return (int)words->w[0];
}

static inline int named_attach(struct mem_client client, const char *name, uint32_t flags, uint32_t pages,
                               uint32_t *address)
{
    struct words words = {{0, flags, pages, 0}};
    int error = named_ask(client, MEM_SHM_ATTACH, name, &words);

    *address = words.w[1];
    CHECK(error || words.w[2] >= pages);
    return error;
}

static inline uint32_t named_attached(struct mem_client client, const char *name, uint32_t flags, uint32_t pages)
{
    uint32_t address;

    CHECK(named_attach(client, name, flags, pages, &address) == 0);
    return address;
}

static inline int named_unlinks(struct mem_client client, const char *name)
{
    return named_ask(client, MEM_SHM_UNLINK, name, &(struct words){0});
}

static inline int named_detach(struct mem_client client, uint32_t address)
{
    return pair_call(client, MEM_SHM_DETACH, address, 0);
}

static inline uint32_t named_holders(const char *name)
{
    struct words words;

    return named_ask(a, MEM_SHM_STATUS, name, &words) ? 0 : words.w[2];
}

/* The call is refused, and nothing has changed. */
static inline void named_refuses(struct mem_client client, const char *name, uint32_t flags, uint32_t pages, int error)
{
    uint32_t state = mem_state(), count = named_count(), address;

    CHECK(named_attach(client, name, flags, pages, &address) == error);
    CHECK(mem_state() == state && named_count() == count);
}
