#include "servers/file/watch.h"

#include <assert.h>
#include <stddef.h>

#include "libuser/ipc/ipc.h"
#include "servers/file/client.h"
#include "servers/file/share.h"
#include "servers/proto/slots.h"

struct watch {
    struct link link; /* first, so that a link is its watch */
    struct client *client;
    struct watch *next; /* in the client's list */
};

static struct list fired;
static bool is_signalled;

void watches_init(void)
{
    shares_set_size(SHARE_WATCHES, sizeof(struct watch));
    list_init(&fired);
    is_signalled = false;
}

bool watch_add(struct list *list, struct client *client)
{
    struct watch *watch = share_make_record(client->share, SHARE_WATCHES);

    if (!watch)
        return false;
    watch->client = client;
    watch->next = client->watches;
    client->watches = watch;
    list_add(list, &watch->link);
    return true;
}

void watches_drop(struct client *client)
{
    while (client->watches) {
        struct watch *watch = client->watches;
        client->watches = watch->next;
        link_leave(&watch->link);
        share_free_record(watch);
    }
}

void watches_notify(void)
{
    if (is_signalled)
        return;
    is_signalled = true;
    err_t nobody_to_tell = ipc_signal(FILE_SLOT_PROC);
    (void)nobody_to_tell; /* proc has died, and init ends the machine */
}

void watches_fire(struct list *list)
{
    if (list_is_empty(list))
        return;
    list_join(&fired, list);
    watches_notify();
}

struct client *watches_next(void)
{
    if (list_is_empty(&fired))
        return NULL;
    struct client *client = ((struct watch *)list_first(&fired))->client;
    watches_drop(client);
    return client;
}

bool watches_acknowledge(bool is_all)
{
    is_signalled = !is_all || !list_is_empty(&fired);
    return !is_signalled;
}

void watches_audit(const struct client *client)
{
    uint32_t count = 0;

    for (const struct watch *watch = client->watches; watch; watch = watch->next) {
        assert(watch->client == client && ++count <= FILE_DESCRIPTORS_MAX);
        assert(link_is_in(&watch->link) && link_is_whole(&watch->link));
    }
}
