#include "servers/file/client.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "servers/file/directory.h"
#include "servers/file/locks.h"
#include "servers/file/mapping.h"
#include "servers/file/pages.h"
#include "servers/file/pipe.h"
#include "servers/file/share.h"
#include "servers/file/watch.h"

enum { HASHES = 256, UMASK_AT_FIRST = 022 };

static struct client *by_hash[HASHES];
void clients_init(void)
{
    memset(by_hash, 0, sizeof by_hash);
    shares_set_size(SHARE_CLIENTS, sizeof(struct client));
}

static struct client **link_of(uint32_t badge)
{
    struct client **link = &by_hash[badge % HASHES];

    while (*link && (*link)->badge != badge)
        link = &(*link)->next;
    return link;
}

struct client *client_find(uint32_t badge)
{
    return *link_of(badge);
}

static struct client *add(uint32_t badge, struct share *share)
{
    struct client *client = share_make_record(share, SHARE_CLIENTS);

    if (!client)
        return NULL;
    client->share = share_hold(share);
    client->badge = badge;
    client->transfer = PAGE_NONE;
    client->next = by_hash[badge % HASHES];
    by_hash[badge % HASHES] = client;
    return client;
}

struct client *client_make(uint32_t badge)
{
    struct client *client = add(badge, &share_of_all);

    if (!client)
        return NULL;
    client->limit = FILE_DESCRIPTORS_MAX;
    client->umask = UMASK_AT_FIRST;
    client->directory = directory_root;
    inode_hold(client->directory);
    return client;
}

struct client *client_copy(const struct client *client, uint32_t badge)
{
    struct client *copy = add(badge, client->share);

    if (!copy)
        return NULL;
    copy->limit = client->limit;
    copy->umask = client->umask;
    copy->lowest = client->lowest;
    copy->end = client->end;
    copy->directory = client->directory;
    inode_hold(copy->directory);
    memcpy(copy->close_on_exec, client->close_on_exec, sizeof copy->close_on_exec);
    for (uint32_t fd = 0; fd < client->end; fd++)
        if ((copy->files[fd] = client->files[fd]))
            copy->files[fd]->holders++;
    if (mappings_copy(client, copy))
        return copy;
    while (!client_end(copy)) /* this is quick: another client holds all that it has */
        continue;
    return NULL;
}

uint32_t client_give_transfer(struct client *client)
{
    client->transfer = quota_take_page(&client->share->quota);
    client->transfer_share = client->share;
    return client->transfer;
}

void client_take_transfer(struct client *client)
{
    if (client->transfer != PAGE_NONE)
        quota_give_page(&client->transfer_share->quota, client->transfer);
    client->transfer = PAGE_NONE;
}

/* Returns false if the message has done enough work. */
static bool close_one(struct client *client, uint32_t fd)
{
    if (pages_work >= WORK_OF_MESSAGE)
        return false;
    pages_work += WORK_DROP;
    client_close(client, fd);
    return true;
}

static bool close_all(struct client *client)
{
    for (uint32_t fd = 0; fd < client->end; fd++)
        if (client->files[fd] && !close_one(client, fd))
            return false;
    return true;
}

static bool close_at_exec(struct client *client)
{
    for (uint32_t fd = 0; fd < client->end; fd++) {
        if (!client->close_on_exec[fd / 32])
            fd |= 31;
        else if (client->files[fd] && client_closes_on_exec(client, fd) && !close_one(client, fd))
            return false;
    }
    return true;
}

void client_adopt_orphans(struct client *client)
{
    while (inode_orphans) {
        struct inode *orphan = inode_orphans;
        inode_orphans = orphan->next_orphan;
        orphan->next_orphan = client->orphans;
        client->orphans = orphan;
    }
}

int32_t client_settle(struct client *client)
{
    client_adopt_orphans(client);
    bool done = inode_give_orphans(&client->orphans);
    pages_work = 0;
    return done ? 0 : FILE_MORE;
}

/* Drops a part of what a client loses at exec or, if more, at its end. Returns true when all of it is gone. */
static bool leave(struct client *client, bool at_exec)
{
    pages_work = 0;
    bool done = (at_exec ? close_at_exec(client) : close_all(client)) && mappings_drop(client);

    client_take_transfer(client);
    if (done && !at_exec)
        client_set_program(client, NULL);
    client_adopt_orphans(client);
    return done && (!client->orphans || inode_give_orphans(&client->orphans));
}

void client_forget_waiting(struct client *client)
{
    if (client->waits == WAITS_FOR_LOCK)
        locks_forget_waiting(client);
    else if (client->waits != WAITS_NOT && client->waits != WAITS_FOR_ITS_END)
        pipe_forget_waiting(client);
}

void client_interrupt(struct client *client)
{
    if (client->waits == WAITS_FOR_LOCK)
        locks_interrupt(client);
    else if (client->waits != WAITS_NOT && client->waits != WAITS_FOR_ITS_END)
        pipe_interrupt(client);
}

bool client_end(struct client *client)
{
    client_forget_waiting(client);
    client->waits = WAITS_FOR_ITS_END;
    watches_drop(client);
    if (!leave(client, false))
        return false;
    inode_drop(client->directory);
    *link_of(client->badge) = client->next;
    share_drop(client->share);
    share_free_record(client);
    return true;
}

void client_set_program(struct client *client, struct inode *inode)
{
    if (inode)
        inode_hold(inode);
    if (client->program) {
        inode_drop(client->program);
        client_adopt_orphans(client);
    }
    client->program = inode;
}

bool client_exec(struct client *client)
{
    return leave(client, true);
}

/* ----------------------------------------------------------------------------------- descriptors */

struct open_file *client_file(const struct client *client, uint32_t fd)
{
    return fd < FILE_DESCRIPTORS_MAX ? client->files[fd] : NULL;
}

int32_t client_free(const struct client *client, uint32_t from)
{
    uint32_t fd = from > client->lowest ? from : client->lowest;

    while (fd < client->limit && client->files[fd])
        fd++;
    return fd < client->limit ? (int32_t)fd : -EMFILE;
}

void client_set(struct client *client, uint32_t fd, struct open_file *file, bool close_on_exec)
{
    file->holders++;
    client->files[fd] = file;
    if (fd == client->lowest)
        client->lowest++;
    if (fd >= client->end)
        client->end = fd + 1;
    client_set_close_on_exec(client, fd, close_on_exec);
}

void client_close(struct client *client, uint32_t fd)
{
    struct open_file *file = client->files[fd];

    client->files[fd] = NULL;
    if (fd < client->lowest)
        client->lowest = fd;
    while (client->end && !client->files[client->end - 1])
        client->end--;
    if (client->range_locks && file->inode)
        locks_close(client, file->inode);
    open_file_drop(file);
}

bool client_closes_on_exec(const struct client *client, uint32_t fd)
{
    return client->close_on_exec[fd / 32] >> fd % 32 & 1;
}

void client_set_close_on_exec(struct client *client, uint32_t fd, bool close_on_exec)
{
    uint32_t *word = &client->close_on_exec[fd / 32], bit = 1u << fd % 32;

    *word = close_on_exec ? *word | bit : *word & ~bit;
}

uint32_t client_count(const struct client *client)
{
    uint32_t count = 0;

    for (uint32_t fd = 0; fd < client->end; fd++)
        count += client->files[fd] != NULL;
    return count;
}

/* ----------------------------------------------------------------------------------------- calls */

int32_t client_wait(struct client *client, enum client_wait waits, struct open_file *file, uint32_t bytes)
{
    client->caller = caller_now();
    client->waits = waits;
    client->waits_for = file;
    client->bytes = bytes;
    return SERVER_LATER;
}

bool client_reply(struct client *client, int32_t result, struct words *words)
{
    client->waits = WAITS_NOT;
    return server_reply(client->caller, result, words) == OK;
}

char *client_bytes(const struct client *client, uint32_t bytes)
{
    if (bytes <= FILE_DATA_MAX)
        return (char *)message_page->words;
    if (bytes > FILE_TRANSFER_MAX || client->transfer == PAGE_NONE)
        return NULL;
    return pages_at(client->transfer);
}

/* A message consists of words, so the bytes behind the last one are cleared: they may be another client's. */
int32_t client_bytes_result(uint32_t bytes, uint32_t got)
{
    if (bytes <= FILE_DATA_MAX)
        memset((char *)message_page->words + got, 0, -got & 3);
    return bytes <= FILE_DATA_MAX ? (int32_t)ipc_extend(got, 0) : 0;
}

/* ----------------------------------------------------------------------------------------- audit */

static void audit_open_file(const struct open_file *file)
{
    assert(file->holders && !file->inode != !file->pipe);
    assert(!file->pipe || pipe_audit(file->pipe));
}

static void audit_client(const struct client *client)
{
    for (uint32_t fd = 0; fd < FILE_DESCRIPTORS_MAX; fd++) {
        assert(client->files[fd] ? fd < client->end : fd >= client->lowest && fd + 1 != client->end);
        if (client->files[fd])
            audit_open_file(client->files[fd]);
    }
    assert(client->directory && mappings_audit(client));
    assert(client->waits == WAITS_NOT || client->waits == WAITS_FOR_ITS_END || client->waits_for);
    watches_audit(client);
    for (const struct inode *orphan = client->orphans; orphan; orphan = orphan->next_orphan)
        assert(orphan->holders == 1 && !orphan->links && orphan->was_lent && inode_find(orphan->number) == orphan);
}

uint32_t clients_audit(void)
{
    uint32_t found = 0, transfers = 0;

    for (uint32_t hash = 0; hash < HASHES; hash++)
        for (const struct client *client = by_hash[hash]; client; client = client->next) {
            assert(client->badge % HASHES == hash);
            audit_client(client);
            transfers += client->transfer != PAGE_NONE;
            found++;
        }
    assert(found == shares_count(SHARE_CLIENTS) && !inode_orphans);
    return transfers;
}
