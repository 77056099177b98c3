/*
 * Named segments: random clients, compared with a naive model.
 *
 * sources: servers/mem/ -servers/mem/kernel_calls.c -servers/mem/main.c servers/lib/account.c tests/host/fake_kernel.c
 * sources: tests/host/fake_frames.c tests/host/mem_client.c tests/host/mem_pair.c tests/host/mem_accounts.c
 */
#include "servers/mem/audit.h"
#include "servers/mem/frames.h"
#include "servers/mem/named.h"
#include "servers/mem/space.h"
#include "servers/proto/layout.h"
#include "servers/proto/mem.h"
#include "tests/host/check.h"
#include "tests/host/mem_accounts.h"
#include "tests/host/mem_named.h"
#include "tests/host/mem_pair.h"

#include <errno.h>
#include <string.h>

/* ------------------------------------------------------------------------------------ random clients */

enum { NAMES = 6, CLIENTS = 6, SEGMENTS = 64, PAGES = 1100, STEPS = 3000, FIRST_ID = 10 };

static struct model {
    uint32_t address, pages, holders;
    int name; /* -1: the segment has no name any more */
    bool others_read;
    uint32_t words[PAGES];
} models[SEGMENTS];

static struct client {
    struct mem_client name;
    bool lives;
    uint32_t opens[SEGMENTS];
    bool writes[SEGMENTS];
} clients[CLIENTS];

static uint32_t next_id;

static const char *name_of(int name)
{
    static char text[] = "/segment 0";

    text[sizeof(text) - 2] = (char)('0' + name);
    return text;
}

static struct model *model_named(int name)
{
    for (struct model *model = models; model < models + SEGMENTS; model++)
        if (model->holders && model->name == name)
            return model;
    return NULL;
}

static struct client *any_client(void)
{
    struct client *client = &clients[random_below(CLIENTS)];

    return client->lives ? client : NULL;
}

static uint32_t attachments(const struct client *client)
{
    uint32_t count = 0;

    for (int i = 0; i < SEGMENTS; i++)
        count += client->opens[i] != 0;
    return count;
}

/* The reply that the call must get if there is memory. */
static int wanted(const struct client *client, const struct model *model, uint32_t flags, uint32_t pages)
{
    bool writes = !(flags & SHM_READ_ONLY);

    if (flags & (SHM_EXCLUSIVE | SHM_OTHERS_READ) && !(flags & SHM_CREATE))
        return -EINVAL;
    if (!model)
        return !(flags & SHM_CREATE) ? -ENOENT : pages ? 0 : -EINVAL;
    if (flags & SHM_EXCLUSIVE)
        return -EEXIST;
    if (pages > model->pages)
        return -EINVAL;
    bool may_write = client->opens[model - models] ? client->writes[model - models] : !model->others_read;
    return writes && !may_write ? -EACCES : 0;
}

static struct model *new_model(void)
{
    struct model *model = models;

    while (model->holders)
        model++;
    CHECK(model < models + SEGMENTS);
    memset(model, 0, sizeof(*model));
    return model;
}

/* Whether the client's account of units, or the addresses for several, are used up. */
static bool lacks_units(const struct client *client, const struct model *model, uint32_t pages)
{
    struct account *account = space_find(client->name.id)->account;
    uint32_t wanted = named_units(model ? model->pages : pages), left = account_left(limits_units(account));

    return left < wanted || (!model && wanted > 1);
}

static void attach_any(void)
{
    static const uint32_t sizes[] = {0, 1, 2, 63, 64, 65, 130, 960, 961, PAGES};
    uint32_t flags = random_below(SHM_FLAGS + 1), pages = sizes[random_below(10)], address, state = mem_state();
    struct client *client = any_client();
    int name = (int)random_below(NAMES);

    if (!client)
        return;
    struct model *model = model_named(name);
    int error = named_attach(client->name, name_of(name), flags, pages, &address),
        right = wanted(client, model, flags, pages);
    CHECK(error == right || (error == -ENOMEM && right == 0 && mem_state() == state) ||
          (error == -ENFILE && right == 0 && mem_state() == state && lacks_units(client, model, pages)));
    if (error)
        return;
    if (!model) {
        model = new_model();
        *model =
            (struct model){.address = address, .pages = pages, .name = name, .others_read = flags & SHM_OTHERS_READ};
    }
    CHECK(address == model->address);
    uint32_t i = (uint32_t)(model - models);
    if (client->opens[i]++ == 0) {
        model->holders++;
        client->writes[i] = !(flags & SHM_READ_ONLY);
    }
}

static void let_go(struct client *client, int i)
{
    client->opens[i] = 0;
    models[i].holders--;
}

static void detach_any(void)
{
    struct client *client = any_client();
    int i = (int)random_below(SEGMENTS);

    if (!client || !models[i].holders)
        return;
    CHECK(named_detach(client->name, models[i].address) == (client->opens[i] ? 0 : -EINVAL));
    if (client->opens[i] && --client->opens[i] == 0) {
        client->opens[i] = 1;
        let_go(client, i);
        CHECK(!fake_rights(client->name.slot, models[i].address));
    }
}

static void touch_any(void)
{
    struct client *client = any_client();
    int i = (int)random_below(SEGMENTS);

    if (!client || !models[i].holders)
        return;
    uint32_t page =
        random_below(2) ? random_below(models[i].pages) : models[i].pages - 1 - random_below(2) * (models[i].pages > 1);
    uint32_t address = models[i].address + (page << PAGE_BITS), cause = random_below(2) ? FAULT_WRITE : 0;
    bool may = client->opens[i] && (!cause || client->writes[i]);
    if (!may) {
        pair_dies(client->name, address, cause);
        return;
    }
    CHECK(mem_touch(&client->name, address, cause));
    uint32_t *word = fake_word(client->name.slot, address);
    CHECK(*word == models[i].words[page]);
    CHECK(fake_rights(client->name.slot, address) == (client->writes[i] ? RIGHT_READ | RIGHT_WRITE : RIGHT_READ));
    if (cause)
        *word = models[i].words[page] = random_below(1000000);
    if (client->opens[i])
        CHECK(pair_call(client->name, MEM_PROTECT, address, PAGE_SIZE) == -EACCES);
}

static void unlink_any(void)
{
    struct client *client = any_client();
    int name = (int)random_below(NAMES);

    if (!client)
        return;
    struct model *model = model_named(name);
    bool may = model && (!model->others_read || (client->opens[model - models] && client->writes[model - models]));
    CHECK(named_unlinks(client->name, name_of(name)) == (!model ? -ENOENT : may ? 0 : -EACCES));
    if (may)
        model->name = -1;
}

static void fork_any(void)
{
    struct client *parent = any_client(), *child = clients;

    while (child < clients + CLIENTS && child->lives)
        child++;
    if (!parent || child == clients + CLIENTS)
        return;
    *child = *parent;
    child->name = (struct mem_client){next_id++, space_receive_slot()};
    int error = mem_manager_with_task(MEM_SPACE_FORK, parent->name.id, child->name.id);
    child->lives = !error;
    if (error) {
        CHECK(error == -ENOMEM);
        if (space_find(child->name.id))
            pair_end(child->name);
        return;
    }
    for (int i = 0; i < SEGMENTS; i++)
        models[i].holders += child->opens[i] != 0;
}

/* Sets a limit for the client, with the units that come with it: at least those that it has. */
static void limit_any(void)
{
    struct client *client = any_client();
    uint32_t state = mem_state();

    if (!client || random_below(4))
        return;
    const struct space *space = space_find(client->name.id);
    uint32_t limit = mem_charged(space) + random_below(400);
    int status = mem_status_of_limit(space, limit), error = pair_call(client->name, MEM_SET_LIMIT, limit, 0);
    CHECK(error == status || (error == -ENOMEM && !status));
    CHECK(!error || mem_state() == state);
}

/* The client ends, or another program is loaded into its space. */
static void end_or_clear_any(void)
{
    struct client *client = any_client();

    if (!client || random_below(4))
        return;
    if (random_below(2)) {
        pair_end(client->name);
        client->name = pair_make(next_id++);
    } else {
        CHECK(mem_manager(MEM_SPACE_CLEAR, client->name.id, 0) == 0 &&
              mem_manager(MEM_SPACE_FINISH, client->name.id, PROGRAM_BASE) == 0);
    }
    for (int i = 0; i < SEGMENTS; i++)
        if (client->opens[i])
            let_go(client, i);
}

static void check_all(void)
{
    uint32_t count = 0;

    for (int i = 0; i < SEGMENTS; i++) {
        count += models[i].holders != 0;
        if (models[i].holders && models[i].name >= 0)
            CHECK(named_holders(name_of(models[i].name)) == models[i].holders);
    }
    CHECK(named_count() == count);
    for (struct client *client = clients; client < clients + CLIENTS; client++)
        if (client->lives) {
            mem_check_mappings(&client->name);
            CHECK(space_find(client->name.id)->named == attachments(client));
        }
    audit_all();
    mem_accounts_check(0, 0);
}

static void check_random(void)
{
    static void (*const steps[])(void) = {attach_any, attach_any, attach_any,       detach_any, detach_any,
                                          touch_any,  touch_any,  touch_any,        touch_any,  touch_any,
                                          unlink_any, fork_any,   end_or_clear_any, limit_any};

    memset(models, 0, sizeof(models));
    memset(clients, 0, sizeof(clients));
    next_id = FIRST_ID;
    clients[0] = (struct client){.name = pair_make(next_id++), .lives = true};
    for (int i = 0; i < STEPS; i++) {
        steps[random_below(sizeof(steps) / sizeof(steps[0]))]();
        if (i % 20 == 0)
            check_all();
    }
    for (int i = 0; i < CLIENTS; i++)
        if (clients[i].lives)
            pair_end(clients[i].name);
    CHECK(named_count() == 0 && named_audit() == 0 && limits_units(&frames_account)->used == 0);
}

int main(void)
{
    static void (*const checks[])(void) = {check_random, check_random, check_random};

    pair_run("test_mem_named_random", checks, sizeof(checks) / sizeof(checks[0]));
    return 0;
}
