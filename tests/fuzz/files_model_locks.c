#include <errno.h>
#include <string.h>

#include "tests/fuzz/files_model_state.h"
#include "tests/host/check.h"

void model_file_is_new(struct file *file)
{
    memset(file->locks, FILE_LOCK_NONE, sizeof file->locks);
}

void model_opened_is_new(struct opened *opened)
{
    memset(&opened->locks, FILE_LOCK_NONE, sizeof opened->locks);
    opened->whole = FILE_LOCK_NONE;
}

void model_unlock(uint32_t client, struct file *file)
{
    memset(&file->locks[client], FILE_LOCK_NONE, sizeof file->locks[client]);
}

uint32_t model_base(uint32_t client, uint32_t fd, uint32_t whence)
{
    const struct opened *opened = model_opened(client, fd);

    if (whence == 0 || !opened || !opened->file)
        return 0;
    return whence == 1 ? opened->offset : opened->file->size;
}

bool model_shares(uint32_t client, uint32_t fd)
{
    const struct opened *opened = model_opened(client, fd);

    return opened && opened->holders > 1;
}

/* ---------------------------------------------------------------------------------- what is in the way */

static bool conflict(uint32_t a, uint32_t b)
{
    return (a | b) == FILE_LOCK_EXCLUSIVE;
}

static bool conflicts_with(const struct locks *locks, const struct model_lock *lock)
{
    for (uint32_t at = lock->first; at < lock->first + lock->bytes; at++)
        if (conflict(locks->kinds[at], lock->kind))
            return true;
    return false;
}

/* Bit n: client n owns a lock that conflicts. */
static uint32_t blocking_clients(uint32_t client, const struct opened *opened, const struct model_lock *lock)
{
    uint32_t found = 0;

    for (uint32_t other = 1; other <= MODEL_CLIENTS; other++)
        if ((other != client || lock->is_open_file) && conflicts_with(&opened->locked->locks[other], lock))
            found |= 1u << other;
    return found;
}

static bool is_refused(uint32_t client, const struct opened *opened, const struct model_lock *lock)
{
    for (const struct opened *other = model_opens; other < model_opens + MODEL_OPENS; other++) {
        if (!other->holders || other->locked != opened->locked)
            continue;
        if (lock->is_whole ? other != opened && conflict(other->whole, lock->kind)
                           : (other != opened || !lock->is_open_file) && conflicts_with(&other->locks, lock))
            return true;
    }
    return !lock->is_whole && blocking_clients(client, opened, lock);
}

static void get(uint32_t client, struct opened *opened, const struct model_lock *lock)
{
    struct locks *locks = lock->is_open_file ? &opened->locks : &opened->locked->locks[client];

    if (lock->is_whole)
        opened->whole = (uint8_t)lock->kind;
    else
        memset(locks->kinds + lock->first, (int)lock->kind, lock->bytes);
}

/* ---------------------------------------------------------------------------------- calls */

static int32_t status_to_lock(const struct opened *opened, const struct model_lock *lock)
{
    if (!opened || !opened->locked)
        return opened ? -EINVAL : -EBADF;
    if (lock->is_whole)
        return 0;
    bool may = lock->kind == FILE_LOCK_NONE ||
               (lock->kind == FILE_LOCK_SHARED ? model_may_read(opened) : model_may_write(opened));
    return may ? 0 : -EBADF;
}

/* A flock that is refused has already released the lock that its open file had. */
static int32_t refuse(uint32_t client, struct opened *opened, const struct model_lock *lock)
{
    if (lock->is_whole)
        opened->whole = FILE_LOCK_NONE;
    if (!lock->wait || lock->wait & WAIT_INTERRUPTED)
        return lock->wait ? -EINTR : -EAGAIN;
    model_programs[client].waits_for = opened;
    model_programs[client].waits_to = *lock;
    return WAITS;
}

void model_lock(uint32_t client, uint32_t fd, struct model_lock lock)
{
    struct opened *opened = model_opened(client, fd);
    int32_t status = status_to_lock(opened, &lock);

    if (!status && is_refused(client, opened, &lock))
        status = refuse(client, opened, &lock);
    else if (!status)
        get(client, opened, &lock);
    model_reply(client, status, fd);
}

void model_look(uint32_t client, uint32_t fd, struct model_lock lock)
{
    struct opened *opened = model_opened(client, fd);
    int32_t status = !opened ? -EBADF : opened->locked ? 0 : -EINVAL;
    bool refused = !status && is_refused(client, opened, &lock);

    model_reply(client, status, refused ? FILE_LOCK_EXCLUSIVE : FILE_LOCK_NONE);
}

/* ---------------------------------------------------------------------------------- waiting */

bool model_waits_for_lock(uint32_t client)
{
    return model_programs[client].waits_for && model_programs[client].waits_for->locked;
}

static uint32_t waits_for(uint32_t client)
{
    const struct program *program = &model_programs[client];

    return model_waits_for_lock(client) && !program->waits_to.is_open_file
               ? blocking_clients(client, program->waits_for, &program->waits_to)
               : 0;
}

static bool waits_for_itself(uint32_t client)
{
    uint32_t found = waits_for(client);

    for (uint32_t step = 0; step < MODEL_CLIENTS; step++)
        for (uint32_t other = 1; other <= MODEL_CLIENTS; other++)
            if (found >> other & 1)
                found |= waits_for(other);
    return found >> client & 1;
}

/* True if the client waits no more, because the server has replied. */
static bool settle(uint32_t client)
{
    struct program *program = &model_programs[client];
    int32_t status = reply_of(client)->status;

    if (status == WAITS || (status == 0 && is_refused(client, program->waits_for, &program->waits_to)))
        return false;
    if (status == 0)
        get(client, program->waits_for, &program->waits_to);
    else
        CHECK(status == -EDEADLK && waits_for_itself(client));
    program->waits_for = NULL;
    model_reply(client, status, 0);
    return true;
}

/* The server chooses the order. */
void model_settle_locks(void)
{
    bool again = true;

    while (again) {
        again = false;
        for (uint32_t client = 1; client <= MODEL_CLIENTS; client++)
            again |= model_waits_for_lock(client) && settle(client);
    }
    for (uint32_t client = 1; client <= MODEL_CLIENTS; client++)
        if (model_waits_for_lock(client))
            CHECK(reply_of(client)->status == WAITS &&
                  is_refused(client, model_programs[client].waits_for, &model_programs[client].waits_to));
}
