#include "tests/fuzz/console_clients.h"

#include <errno.h>
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/proto/console.h"
#include "servers/proto/slots.h"
#include "tests/host/check.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct client_model clients[CLIENTS];
struct asked asked;

/* Clients that wait to read: `readers` for input, `asking` until proc is told of them, `again` until it is told
 * once more, `background` for proc's decision. */
static struct queue {
    uint32_t clients[CLIENTS], count;
} readers, asking, again, background;
static uint32_t foreground, reported; /* badges */
static uint32_t rest_of;              /* the client that may continue its read; CLIENTS: none */
static bool proc_is_signalled, is_signalled_now, is_due;
static struct reply {
    uint32_t caller, tag;
    struct words words;
    char data[READ_MAX];
} got[CLIENTS + 1];
static uint32_t got_count;

/* ---------------------------------------------------------------------------------- replies */

static const struct listed {
    uint32_t number;
    int status;
} listed[] = {
#define LISTED(number, error) {number, -error},
    CONSOLE_CALL_ERRORS(LISTED)};

static void check_status(const struct reply *reply, int status)
{
    uint32_t number = asked.message.words.w[0];
    bool known = status == 0 || status == -ENOSYS;

    for (uint32_t i = 0; i < COUNT(listed); i++)
        known |= listed[i].number == number && listed[i].status == status;
    CHECK(known && reply && (int)reply->words.w[0] == status);
}

err_t clients_replied(uint32_t caller, const struct words *words, uint32_t tag)
{
    CHECK(got_count < COUNT(got));
    got[got_count] = (struct reply){.caller = caller, .tag = tag, .words = *words};
    memcpy(got[got_count++].data, message_page->words, READ_MAX);
    return OK;
}

static const struct reply *reply_of(uint32_t caller)
{
    for (uint32_t i = 0; i < got_count; i++)
        if (got[i].caller == caller)
            return &got[i];
    return NULL;
}

static void check_data(const struct reply *reply, uint32_t client, uint32_t bytes, bool taken)
{
    static char text[READ_MAX];
    uint32_t count = taken ? model_take(text, bytes) : 0;
    bool more = count > 0 && model_continues();

    if (taken)
        rest_of = more ? client : CLIENTS;
    CHECK(reply && (int)reply->words.w[0] == 0 && reply->words.w[1] == count && reply->words.w[2] == more);
    CHECK(reply->tag == (count + 3) / 4 && memcmp(reply->data, text, count) == 0);
}

/* ---------------------------------------------------------------------------------- calls */

bool clients_asked_is_busy(void)
{
    return asked.message.caller == asked.client + SECOND || clients[asked.client].waits != NOT;
}

static bool data_is_short(uint32_t bytes)
{
    return bytes > READ_MAX || bytes > (asked.message.tag & TAG_WORDS) * 4;
}

static void check_write(struct client_model *client, const struct reply *reply)
{
    uint32_t bytes = asked.message.words.w[1];

    if (data_is_short(bytes) || clients_asked_is_busy()) {
        check_status(reply, data_is_short(bytes) ? -EINVAL : -EBUSY);
        return;
    }
    client->is_shown &= bytes == 0;
    if (reply) {
        check_status(reply, 0);
        CHECK(reply->words.w[1] == bytes);
        return;
    }
    client->waits = WRITE;
    client->bytes = bytes;
}

static void queue_add(struct queue *queue, uint32_t client)
{
    CHECK(queue->count < CLIENTS);
    queue->clients[queue->count++] = client;
}

static bool queue_remove(struct queue *queue, uint32_t client)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < queue->count; i++)
        if (queue->clients[i] != client)
            queue->clients[kept++] = queue->clients[i];
    bool is_found = kept < queue->count;
    queue->count = kept;
    return is_found;
}

static bool may_read(uint32_t client)
{
    return client == 0 || clients[client].badge == foreground;
}

/* Whether keys may be waiting that the console only handles after proc has asked for events. */
static bool may_keys_wait(void)
{
    return proc_is_signalled || is_signalled_now || is_due;
}

static void check_read(struct client_model *client, const struct reply *reply)
{
    uint32_t bytes = asked.message.words.w[1];
    uint32_t wait = asked.message.words.w[2] & WAIT_ALLOWED ? asked.message.words.w[2] : 0;
    bool may = may_read(asked.client), ready = may && !readers.count && model_is_ready();

    if (bytes > READ_MAX || clients_asked_is_busy()) {
        check_status(reply, bytes > READ_MAX ? -EINVAL : -EBUSY);
        return;
    }
    client->is_shown = true;
    if (wait & WAIT_INTERRUPTED && (!ready || ((int)reply->words.w[0] == -EINTR && may_keys_wait()))) {
        check_status(reply, -EINTR);
        return;
    }
    if (wait && (!ready || (!reply && may_keys_wait()))) {
        CHECK(!reply);
        client->waits = READ;
        client->bytes = bytes;
        queue_add(may ? &readers : &asking, asked.client);
        return;
    }
    check_data(reply, asked.client, bytes, wait || rest_of == asked.client);
}

/* All bytes of the client have left the port. */
static void check_synced(uint32_t client, const struct reply *reply)
{
    CHECK((int)reply->words.w[0] == 0 && machine_port_is_empty() && model_left(client) <= 1);
    clients[client].waits = NOT;
}

static void check_sync(struct client_model *client, const struct reply *reply)
{
    if (clients_asked_is_busy()) {
        check_status(reply, -EBUSY);
        return;
    }
    client->is_shown = true;
    client->waits = SYNC;
    if (reply)
        check_synced(asked.client, reply);
}

void clients_reader_leaves(uint32_t client)
{
    queue_remove(&readers, client);
    queue_remove(&asking, client);
    queue_remove(&again, client);
    queue_remove(&background, client);
}

bool clients_proc_is_signalled(void)
{
    return proc_is_signalled;
}

bool clients_are_due(void)
{
    return is_due;
}

uint32_t clients_reported(void)
{
    return reported;
}

static void serve_readers(void);

/* Proc is told of the first client that asks, once a part of what was due is done. */
static void check_events(const struct reply *reply)
{
    struct queue *queue = asking.count ? &asking : &again;

    proc_is_signalled = false;
    is_due = reply->words.w[3];
    if (asked.message.words.w[1])
        serve_readers();
    reported = queue->count ? clients[queue->clients[0]].badge : 0;
    CHECK(reply->words.w[1] == reported && reply->words.w[2] <= 1 &&
          (reply->words.w[3] | CONSOLE_EVENT_DUE) == CONSOLE_EVENT_DUE);
    if (queue->count) {
        queue_add(&background, queue->clients[0]);
        queue_remove(queue, queue->clients[0]);
    }
}

static void ask_all(struct queue *queue)
{
    struct queue all = *queue;

    for (uint32_t i = 0; i < all.count; i++)
        if (!may_read(all.clients[i])) {
            queue_remove(queue, all.clients[i]);
            queue_add(&again, all.clients[i]);
        }
}

static void check_foreground(void)
{
    foreground = asked.message.words.w[1];
    reported = 0;
    for (uint32_t i = 1; i < CLIENTS; i++)
        if (clients[i].badge == foreground &&
            (queue_remove(&asking, i) || queue_remove(&again, i) || queue_remove(&background, i)))
            queue_add(&readers, i);
    if (asked.message.words.w[2]) {
        ask_all(&readers);
        ask_all(&background);
    }
    serve_readers();
}

/* Calls that only the manager may make. */
static void check_managers(const struct reply *reply)
{
    check_status(reply, clients[asked.client].badge ? -EPERM : 0);
    if (clients[asked.client].badge)
        return;
    if (asked.message.words.w[0] == CONSOLE_EVENTS)
        check_events(reply);
    else if (asked.message.words.w[0] == CONSOLE_FOREGROUND)
        check_foreground();
}

/* The number then belongs to another process. */
static void check_release(const struct reply *reply)
{
    check_status(reply, clients[asked.client].badge ? -EPERM : 0);
    for (uint32_t i = 1; i < CLIENTS && !clients[asked.client].badge; i++)
        if (clients[i].badge == asked.message.words.w[1]) {
            clients_reader_leaves(i);
            rest_of = rest_of == i ? CLIENTS : rest_of;
            clients[i] = (struct client_model){.badge = clients[i].badge + 16 * 512, .is_shown = true};
        }
}

static void check_call(const struct reply *reply)
{
    struct client_model *client = &clients[asked.client];

    switch (asked.message.words.w[0]) {
    case CONSOLE_WRITE:
        check_write(client, reply);
        break;
    case CONSOLE_READ:
        check_read(client, reply);
        break;
    case CONSOLE_SYNC:
        check_sync(client, reply);
        break;
    case CONSOLE_INPUT_KIND:
        check_status(reply, 0);
        CHECK(reply->words.w[1] == model_is_piped());
        break;
    case CONSOLE_INPUT_PIPE:
    case CONSOLE_EVENTS:
    case CONSOLE_FOREGROUND:
    case CONSOLE_TICK:
    case CONSOLE_INTERRUPT:
    case CONSOLE_KEYS:
    case CONSOLE_AUDIT:
        check_managers(reply);
        break;
    case CONSOLE_RELEASE:
        check_release(reply);
        break;
    default:
        check_status(reply, -ENOSYS);
    }
}

/* ---------------------------------------------------------------------------------- after a message */

static void serve_readers(void)
{
    enum { AT_ONCE = 4 };

    for (uint32_t n = 0; n < AT_ONCE && readers.count && model_is_ready(); n++) {
        uint32_t reader = readers.clients[0];
        if (!clients[reader].is_dead && !reply_of(reader) && may_keys_wait())
            return;
        clients_reader_leaves(reader);
        clients[reader].waits = NOT;
        if (!clients[reader].is_dead)
            check_data(reply_of(reader), reader, clients[reader].bytes, true);
    }
}

/* Late replies: each goes to a client that waits for it. */
static void check_late(uint32_t direct)
{
    for (uint32_t i = 0; i < got_count; i++) {
        uint32_t caller = got[i].caller;
        if (caller == direct)
            continue;
        CHECK(caller < CLIENTS && clients[caller].waits != READ);
        if (clients[caller].waits == SYNC)
            check_synced(caller, &got[i]);
        else if (clients[caller].waits == WRITE)
            CHECK((int)got[i].words.w[0] == 0 && got[i].words.w[1] == clients[caller].bytes);
        clients[caller].waits = NOT;
    }
}

void clients_settle(void)
{
    uint32_t kind = asked.message.tag & TAG_KIND, direct = STRANGER;

    is_signalled_now = machine_signalled_proc();
    if (kind == TAG_CALL) {
        direct = asked.message.caller;
        check_call(reply_of(direct));
    } else if (kind == TAG_SIGNAL) {
        serve_readers();
    }
    check_late(direct);
    got_count = 0;
    proc_is_signalled |= is_signalled_now;
    CHECK(asking.count + again.count == 0 || proc_is_signalled || is_due);
    model_follow_screen();
    asked.message.tag = TAG_FAULT; /* no message, until the next is asked */
}

void clients_begin(void)
{
    memset(clients, 0, sizeof(clients));
    for (uint32_t i = 1; i < CLIENTS; i++)
        clients[i].badge =
            512 * i + (i < 4 ? 7 : i); /* some badges are equal in the bits that select the console's table entry */
    readers.count = asking.count = again.count = background.count = got_count = foreground = reported = 0;
    rest_of = CLIENTS;
    proc_is_signalled = is_signalled_now = is_due = false;
    asked.message.tag = TAG_FAULT;
}
