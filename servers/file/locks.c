#include "servers/file/locks.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "servers/file/calls.h"
#include "servers/file/inode.h"
#include "servers/file/pages.h"
#include "servers/file/share.h"
#include "servers/file/watch.h"

enum { RETRIED_AT_ONCE = 2, LOCKS_AS_LONG = 4 /* dropping so many locks is as much work as closing a descriptor */ };

struct lock {
    struct lock *next, **link; /* in the inode's list */
    void *owner;               /* a client, or an open file */
    struct lock_request is;
    struct list waiting;
};

static struct list due;

void locks_init(void)
{
    shares_set_size(SHARE_LOCKS, sizeof(struct lock));
    list_init(&due);
}

static struct client *client_of(struct link *link)
{
    return (struct client *)link;
}

/* ------------------------------------------------------------------------------------- one lock */

/* Lets the clients that the lock blocks try again. */
static void fire(struct lock *lock)
{
    struct list *waiting = &lock->waiting;

    if (list_is_empty(waiting))
        return;
    for (struct link *link = list_first(waiting); link != &waiting->end; link = link->next)
        client_of(link)->blocker = NULL;
    list_join(&due, waiting);
    watches_notify();
}

static void count(const struct lock *lock, uint32_t more)
{
    if (lock->is.is_open_file)
        ((struct open_file *)lock->owner)->locks += more;
    else
        ((struct client *)lock->owner)->range_locks += more;
}

static void add(struct lock *lock, struct inode *inode, void *owner, const struct lock_request *is)
{
    lock->owner = owner;
    lock->is = *is;
    list_init(&lock->waiting);
    lock->link = &inode->locks;
    lock->next = inode->locks;
    if (lock->next)
        lock->next->link = &lock->next;
    inode->locks = lock;
    count(lock, 1);
}

static void drop(struct lock *lock)
{
    fire(lock);
    *lock->link = lock->next;
    if (lock->next)
        lock->next->link = lock->link;
    count(lock, -1u);
    share_free_record(lock);
}

static struct lock *make(const struct client *client)
{
    return share_make_record(client->share, SHARE_LOCKS);
}

void locks_close(const void *owner, const struct inode *inode)
{
    struct lock *next;

    for (struct lock *lock = inode->locks; lock; lock = next) {
        next = lock->next;
        if (lock->owner != owner)
            continue;
        drop(lock);
        pages_work += WORK_DROP / LOCKS_AS_LONG;
    }
}

/* ------------------------------------------------------------------------------------ a file's locks */

/* The state of a file's locks, as a request finds it. */
struct lock_state {
    uint32_t count;
    struct lock *blocker; /* another owner's lock that conflicts, or 0 */
    bool has_it;          /* the owner already has the whole range */
    bool splits;          /* one of the owner's locks becomes two */
};

static bool overlap(const struct lock_request *a, const struct lock_request *b)
{
    return a->is_range == b->is_range && a->first <= b->last && b->first <= a->last;
}

/* Two requests conflict if one is exclusive; an unlock never conflicts. */
static bool conflict(const struct lock_request *a, const struct lock_request *b)
{
    return (a->kind | b->kind) == FILE_LOCK_EXCLUSIVE;
}

static void note_own_lock(struct lock_state *found, const struct lock_request *own, const struct lock_request *request)
{
    if (own->kind == request->kind)
        found->has_it |= own->first <= request->first && request->last <= own->last;
    else
        found->splits |= own->first < request->first && request->last < own->last;
}

static struct lock_state lock_state_of(const struct inode *inode, const void *owner, const struct lock_request *request)
{
    struct lock_state found = {0};

    for (struct lock *lock = inode->locks; lock; lock = lock->next) {
        found.count++;
        if (!overlap(&lock->is, request))
            continue;
        if (lock->owner == owner)
            note_own_lock(&found, &lock->is, request);
        else if (!found.blocker && conflict(&lock->is, request))
            found.blocker = lock;
    }
    return found;
}

/* Cuts the request's range out of the owner's lock of another kind. If two parts remain, `rest` becomes the second. */
static void keep_rest(struct lock *lock, struct inode *inode, const struct lock_request *request, struct lock *rest)
{
    struct lock_request *is = &lock->is, behind = *is;

    if (!overlap(is, request))
        return;
    if (is->first >= request->first && is->last <= request->last) {
        drop(lock);
        return;
    }
    fire(lock);
    behind.first = request->last + 1;
    if (is->first >= request->first) {
        *is = behind;
    } else {
        if (is->last > request->last)
            add(rest, inode, lock->owner, &behind);
        is->last = request->first - 1;
    }
}

/* Extends the request by a lock of the same kind that it touches, and drops that lock. */
static void merge(struct lock *lock, struct lock_request *request)
{
    if (lock->is.first > request->last + 1 || request->first > lock->is.last + 1)
        return;
    if (lock->is.first < request->first)
        request->first = lock->is.first;
    if (lock->is.last > request->last)
        request->last = lock->is.last;
    drop(lock);
}

/* Cuts or merges the owner's locks that the request touches. The request grows by the merged ones. */
static void make_room(const void *owner, struct inode *inode, struct lock_request *request, struct lock *rest)
{
    struct lock *next;

    for (struct lock *lock = inode->locks; lock; lock = next) {
        next = lock->next;
        if (lock->owner != owner || !lock->is.is_range)
            continue;
        if (lock->is.kind == request->kind)
            merge(lock, request);
        else
            keep_rest(lock, inode, request, rest);
    }
}

static void *owner_of(struct client *client, struct open_file *file, const struct lock_request *request)
{
    return request->is_open_file ? (void *)file : client;
}

/* Returns 0, -ENOLCK, or -EAGAIN with the lock that blocks the request. */
static int32_t lock_range(struct client *client, struct open_file *file, struct lock_request request,
                          struct lock **blocker)
{
    struct inode *inode = file->inode;
    void *owner = owner_of(client, file, &request);
    struct lock_state found = lock_state_of(inode, owner, &request);
    bool unlocks = request.kind == FILE_LOCK_NONE;

    if (found.has_it)
        return 0;
    *blocker = found.blocker;
    if (found.blocker)
        return -EAGAIN;
    bool is_full = found.count + !unlocks + found.splits > LOCKS_MAX;
    struct lock *made = unlocks || is_full ? NULL : make(client),
                *rest = found.splits && !is_full ? make(client) : NULL;
    if (is_full || (!unlocks && !made) || (found.splits && !rest)) {
        if (made)
            share_free_record(made);
        if (rest)
            share_free_record(rest);
        return -ENOLCK;
    }
    make_room(owner, inode, &request, rest);
    if (made)
        add(made, inode, owner, &request);
    return 0;
}

/* The same for a lock of the whole file. If the open file asks for another kind, it loses its lock even if it does not
 * get the new one, as in Linux. */
static int32_t lock_whole(struct client *client, struct open_file *file, const struct lock_request *request,
                          struct lock **blocker)
{
    bool unlocks = request->kind == FILE_LOCK_NONE;

    if (file->lock ? file->lock->is.kind == request->kind : unlocks)
        return 0;
    struct lock_state found = lock_state_of(file->inode, file, request);
    if (file->lock && (unlocks || found.blocker)) {
        drop(file->lock);
        file->lock = NULL;
    }
    *blocker = found.blocker;
    if (unlocks || found.blocker)
        return unlocks ? 0 : -EAGAIN;
    if (file->lock) {
        fire(file->lock);
        file->lock->is.kind = request->kind;
        return 0;
    }
    file->lock = found.count < LOCKS_MAX ? make(client) : NULL;
    if (!file->lock)
        return -ENOLCK;
    add(file->lock, file->inode, file, request);
    return 0;
}

/* K6: returns whether the client would wait for itself. Earlier checks excluded all other cycles, so there are no more
 * steps than clients. Waits for an open file's lock are not checked and may form a cycle, so they end the chain. */
static bool closes_circle(const struct client *client, const struct lock *blocker)
{
    while (blocker && !blocker->is.is_open_file) {
        const struct client *owner = blocker->owner;
        if (owner == client)
            return true;
        blocker = owner->waits == WAITS_FOR_LOCK && !owner->lock_request.is_open_file ? owner->blocker : NULL;
    }
    return false;
}

/* Returns the result. On -EAGAIN with `waits`, the client is in the waiting list of the lock that blocks it. */
static int32_t try(struct client *client, struct open_file *file, const struct lock_request *request, bool waits)
{
    struct lock *blocker = NULL;
    int32_t error =
        request->is_range ? lock_range(client, file, *request, &blocker) : lock_whole(client, file, request, &blocker);

    if (error != -EAGAIN || !waits)
        return error;
    if (!request->is_open_file && closes_circle(client, blocker))
        return -EDEADLK;
    client->blocker = blocker;
    list_add(&blocker->waiting, &client->lock_link);
    return error;
}

/* ------------------------------------------------------------------------------------- clients that wait */

void locks_forget_waiting(struct client *client)
{
    link_leave(&client->lock_link);
    client->waits = WAITS_NOT;
}

static void reply(struct client *client, int32_t result)
{
    struct words words = {{0}};

    (void)client_reply(client, result, &words); /* proc ends a dead client here, which drops its locks */
}

void locks_interrupt(struct client *client)
{
    bool is_due = !client->blocker; /* the lock that blocked it went before the signal came */

    link_leave(&client->lock_link);
    int32_t result = is_due ? try(client, client->waits_for, &client->lock_request, false) : -EAGAIN;
    reply(client, result == -EAGAIN ? -EINTR : result);
}

bool locks_retry_due(void)
{
    for (uint32_t i = 0; i < RETRIED_AT_ONCE && !list_is_empty(&due); i++) {
        struct client *client = client_of(list_first(&due));
        link_leave(&client->lock_link);
        int32_t result = try(client, client->waits_for, &client->lock_request, true);
        if (result != -EAGAIN)
            reply(client, result);
    }
    return list_is_empty(&due);
}

/* ------------------------------------------------------------------------------------------ calls */

/* `wait`: the word of the message. */
static int32_t lock(struct client *client, struct open_file *file, const struct lock_request *request, uint32_t wait)
{
    bool is_interrupted = wait & WAIT_INTERRUPTED, waits = wait && !is_interrupted;
    int32_t result = try(client, file, request, waits);

    if (result != -EAGAIN || !waits)
        return result == -EAGAIN && is_interrupted ? -EINTR : result;
    client->lock_request = *request;
    return client_wait(client, WAITS_FOR_LOCK, file, 0);
}

/* Returns the offset that `whence` stands for, or -1 if it is not valid. */
static int64_t base_of(const struct open_file *file, uint32_t whence)
{
    enum { SET, CURRENT, END };

    if (whence == SET)
        return 0;
    if (whence == CURRENT)
        return file->offset;
    return whence == END ? (int64_t)file->inode->size : -1;
}

/* Takes the range from `asked`. A negative length means the bytes before the start, 0 all bytes behind it. */
static int32_t set_range(struct lock_request *request, int64_t base, const struct file_lock *asked)
{
    int64_t first, last = INT64_MAX;

    if (base < 0)
        return -EINVAL;
    if (__builtin_add_overflow(base, asked->start, &first))
        return -EOVERFLOW;
    if (asked->length > 0 && __builtin_add_overflow(first, asked->length - 1, &last))
        return -EOVERFLOW;
    if (asked->length < 0 && first >= 0) {
        last = first - 1;
        first += asked->length;
    }
    request->first = (uint64_t)first;
    request->last = (uint64_t)last;
    return first < 0 ? -EINVAL : 0;
}

/* Tells the client which lock blocks the request, if any. */
static int32_t report_blocker(struct client *client, struct open_file *file, const struct lock_request *request,
                              struct words *words)
{
    const struct lock *blocker = lock_state_of(file->inode, owner_of(client, file, request), request).blocker;
    struct file_lock found = {0};

    words->w[1] = FILE_LOCK_NONE;
    words->w[2] = 0;
    if (blocker) {
        words->w[1] = blocker->is.kind;
        words->w[2] = blocker->is.is_open_file ? -1u : ((const struct client *)blocker->owner)->pid;
        found.start = (int64_t)blocker->is.first;
        found.length = blocker->is.last == INT64_MAX ? 0 : (int64_t)(blocker->is.last - blocker->is.first + 1);
    }
    memcpy((char *)message_page->words, &found, sizeof found);
    return (int32_t)ipc_extend(sizeof found, 0);
}

int32_t call_lock(struct client *client, struct words *words)
{
    struct open_file *file = client_file(client, words->w[1]);
    uint32_t command = words->w[2] & ~(uint32_t)FILE_LOCK_OPEN_FILE, kind = file_lock_kind(words);
    struct lock_request request = {.is_range = true, .is_open_file = command != words->w[2], .kind = (uint8_t)kind};
    struct file_lock asked;

    if (!file)
        return -EBADF;
    if (!file->inode || command > FILE_LOCK_INTERRUPTED ||
        kind > (command == FILE_LOCK_TEST ? FILE_LOCK_EXCLUSIVE : FILE_LOCK_NONE) || ipc_data_bytes() < sizeof asked)
        return -EINVAL;
    memcpy(&asked, (const char *)message_page->words, sizeof asked);
    int32_t error = set_range(&request, base_of(file, file_lock_whence(words)), &asked);
    if (error)
        return error;
    if (command == FILE_LOCK_TEST)
        return report_blocker(client, file, &request, words);
    if ((kind == FILE_LOCK_SHARED && !open_file_reads(file)) ||
        (kind == FILE_LOCK_EXCLUSIVE && !open_file_writes(file)))
        return -EBADF;
    _Static_assert(FILE_LOCK_TRY == 0 && FILE_LOCK_WAIT == WAIT_ALLOWED, "these commands are words `wait`");
    return lock(client, file, &request, command);
}

int32_t call_lock_file(struct client *client, struct words *words)
{
    struct open_file *file = client_file(client, words->w[1]);
    const struct lock_request request = {.is_open_file = true, .kind = (uint8_t)words->w[2], .last = INT64_MAX};

    if (!file)
        return -EBADF;
    if (!file->inode || words->w[2] > FILE_LOCK_NONE)
        return -EINVAL;
    return lock(client, file, &request, words->w[3]);
}

/* ------------------------------------------------------------------------------------------ audit */

static void audit_pair(const struct lock *a, const struct lock *b)
{
    struct lock_request wider = a->is;

    wider.last++;
    if (a->owner != b->owner)
        assert(!overlap(&a->is, &b->is) || !conflict(&a->is, &b->is));
    else if (a->is.is_range == b->is.is_range)
        assert(a->is.is_range && !overlap(&a->is, &b->is) && (a->is.kind != b->is.kind || !overlap(&wider, &b->is)));
}

static void audit_waiting(const struct list *list, const struct lock *blocker)
{
    for (struct link *link = list_first(list); link != &list->end; link = link->next)
        assert(link_is_whole(link) && client_of(link)->waits == WAITS_FOR_LOCK && client_of(link)->blocker == blocker);
}

static void audit_inode(const struct inode *inode)
{
    uint32_t count = 0;

    for (struct lock *const *link = &inode->locks; *link; link = &(*link)->next) {
        assert((*link)->link == link && ++count <= LOCKS_MAX && ((*link)->is.is_range || (*link)->is.is_open_file));
        audit_waiting(&(*link)->waiting, *link);
        for (const struct lock *other = inode->locks; other; other = other->next)
            if (other != *link)
                audit_pair(*link, other);
    }
}

void locks_audit(void)
{
    inode_for_each(audit_inode);
    audit_waiting(&due, NULL);
}
