#include "tests/host/mem_model_parts.h"

#include <errno.h>

#include "servers/mem/pager.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"
#include "tests/host/check.h"

static uint32_t file_words[FAKE_FILE_PAGES];

void model_foreign_start(void)
{
    for (uint32_t i = 0; i < FAKE_FILE_PAGES; i++)
        file_words[i] = FAKE_FILE_WORD + i;
}

bool model_foreign_allows(const struct model_page *page, uint32_t cause)
{
    rights_t needed = cause & FAULT_WRITE ? RIGHT_WRITE : cause & FAULT_EXECUTE ? RIGHT_EXECUTE : RIGHT_READ;

    return page->word && page->granted & needed;
}

uint32_t *model_word(struct model_page *page)
{
    return page->kind == FOREIGN ? &file_words[page->word - 1] : &page->word;
}

static int reserve(struct client *client, uint32_t length, uint32_t rights, uint32_t *address)
{
    struct words asked = {{MEM_RESERVE, *address, length, rights}}, reply = {{MEM_MORE}};

    while (reply.w[0] == MEM_MORE) {
        reply = asked;
        CHECK(mem_exchange(&client->name, 0, &reply));
    }
    *address = reply.w[1];
    return (int)reply.w[0];
}

/* The range is within what the model knows, or it is given back. */
void reserve_some(void)
{
    struct client *client = pick(true);
    uint32_t length = 1 + random_below(random_below(4) ? 50000 : 9000000),
             rights = random_below(2) ? RIGHT_READ : RIGHT_READ | RIGHT_WRITE;
    uint32_t address = random_below(2) ? MMAP_BASE + random_below(MODEL_PAGES) * PAGE_SIZE : 0, at = address;

    if (!client || (address ? address : MMAP_BASE) + length > MMAP_BASE + (MODEL_PAGES << PAGE_BITS))
        return;
    int status = reserve(client, length, rights, &at);
    if (status == -EEXIST) {
        CHECK(address && !model_is_free(client, address, address + length));
    } else if (status) {
        CHECK(is_short(status));
    } else if (at + length > MMAP_BASE + (MODEL_PAGES << PAGE_BITS)) {
        CHECK(!address && call(client, MEM_MUNMAP, at, length, NULL) == 0);
    } else {
        CHECK(model_is_free(client, at, at + length));
        model_set(client, at, at + length, (struct model_page){.kind = FOREIGN, .write = rights & RIGHT_WRITE});
    }
}

static void take_back_from(struct client *client, uint32_t file_page)
{
    for (uint32_t i = 0; i < MODEL_PAGES; i++)
        if (client->high[i].kind == FOREIGN && client->high[i].word == file_page + 1)
            client->high[i].word = 0;
}

/* A child has the ranges, but none of the pages. */
void model_foreign_fork(struct client *child)
{
    for (uint32_t i = 0; i < MODEL_PAGES; i++)
        if (child->high[i].kind == FOREIGN)
            child->high[i].word = 0;
}

/* Grants pages at adjacent addresses, for which there always is a table. */
static void grant(struct client *client)
{
    uint32_t address = MMAP_BASE + random_below(MODEL_PAGES) * PAGE_SIZE, file_page = random_below(FAKE_FILE_PAGES);
    struct model_page *page = model_at(client, address);

    for (; page && page->kind == FOREIGN && !page->word && !page->no_read; page = model_at(client, address)) {
        page->granted = page->write && random_below(4) ? RIGHT_READ | RIGHT_WRITE : RIGHT_READ;
        CHECK(fake_grant_file(client->name.slot, address, file_page, page->granted) == OK);
        page->word = file_page + 1;
        file_page = (file_page + 1) % FAKE_FILE_PAGES;
        address += PAGE_SIZE;
        if (random_below(16) == 0)
            return;
    }
}

void grant_or_take_back(void)
{
    struct client *client = pick(true);
    uint32_t file_page = random_below(FAKE_FILE_PAGES);

    if (client && random_below(4)) {
        grant(client);
        return;
    }
    fake_revoke_file(file_page);
    for (uint32_t i = 0; i < CLIENTS; i++)
        take_back_from(&clients[i], file_page);
}
