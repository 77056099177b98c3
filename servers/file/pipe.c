#include "servers/file/pipe.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "servers/file/calls.h"
#include "servers/file/pages.h"
#include "servers/file/queue.h"
#include "servers/file/ring_pages.h"
#include "servers/file/share.h"
#include "servers/file/watch.h"

/* Clients served for one message: by a call, and by each end that it closes. The end of a client closes many. */
enum { SERVED_AT_ONCE = 16, SERVED_AT_CLOSE = 1 };

struct pipe {
    struct ring_pages pages;
    uint32_t readers, writers;
    struct queue reading, writing;
    struct list polling_bytes, polling_room;
    struct pipe *next_due, **due_link; /* P5; due_link is 0 if the pipe is not due */
};

static struct pipe *first_due, **last_due;

void pipes_init(void)
{
    shares_set_size(SHARE_PIPES, sizeof(struct pipe));
    first_due = NULL;
    last_due = &first_due;
}

static void add_due(struct pipe *pipe)
{
    if (pipe->due_link)
        return;
    pipe->next_due = NULL;
    pipe->due_link = last_due;
    *last_due = pipe;
    last_due = &pipe->next_due;
    watches_notify();
}

static void remove_due(struct pipe *pipe)
{
    if (!pipe->due_link)
        return;
    *pipe->due_link = pipe->next_due;
    if (pipe->next_due)
        pipe->next_due->due_link = pipe->due_link;
    else
        last_due = pipe->due_link;
    pipe->due_link = NULL;
}

/* ------------------------------------------------------------------------------------------ ends */

static struct pipe_ring *ring_of(const struct pipe *pipe)
{
    return ring_pages_ring(&pipe->pages);
}

uint32_t pipe_bytes(const struct pipe *pipe)
{
    return ring_pages_bytes(&pipe->pages);
}

static uint32_t room(const struct pipe *pipe)
{
    return PIPE_RING_BYTES - pipe_bytes(pipe);
}

static struct quota *quota_of(const struct pipe *pipe)
{
    return &share_of_record(pipe)->quota;
}

static void forget(struct pipe *pipe)
{
    remove_due(pipe);
    ring_pages_give(&pipe->pages, quota_of(pipe));
    share_free_record(pipe);
}

struct pipe *pipe_make(struct share *share)
{
    struct pipe *pipe = share_make_record(share, SHARE_PIPES);

    if (!pipe)
        return NULL;
    queue_init(&pipe->reading);
    queue_init(&pipe->writing);
    list_init(&pipe->polling_bytes);
    list_init(&pipe->polling_room);
    pipe->readers = pipe->writers = 1;
    if (ring_pages_take(&pipe->pages, quota_of(pipe)))
        return pipe;
    share_free_record(pipe);
    return NULL;
}

static struct queue *queue_of(const struct client *client)
{
    struct pipe *pipe = client->waits_for->pipe;

    return client->waits >= WAITS_TO_WRITE ? &pipe->writing : &pipe->reading;
}

/* -------------------------------------------------------------------------------- reads and writes */

static const char *bytes_to_write(const struct client *client)
{
    return client->bytes <= FILE_DATA_MAX ? client->data : client_bytes(client, client->bytes);
}

/* Serves the first waiting writer. A writer that has the ring is told to write itself. If the writer has died, its
 * bytes are taken out again, so that nobody reads them. */
static void serve_writer(struct pipe *pipe)
{
    struct client *client = pipe->writing.first;
    bool writes = client->waits == WAITS_TO_WRITE && pipe->readers;
    struct words words = {{0, client->bytes}};

    queue_remove(&pipe->writing, client);
    if (writes)
        ring_pages_put(&pipe->pages, bytes_to_write(client), client->bytes); /* after the reply it can change them */
    if (!client_reply(client, !pipe->readers ? -EPIPE : writes ? 0 : FILE_AGAIN, &words) && writes)
        ring_of(pipe)->written -= client->bytes;
}

/* Returns whether every write of up to PIPE_WHOLE bytes succeeds without waiting. */
static bool has_room_for_any(const struct pipe *pipe)
{
    return !pipe->writing.first && room(pipe) >= PIPE_WHOLE;
}

/* Writers are served in order, while there is room. */
static bool can_write(const struct pipe *pipe)
{
    return pipe->writing.first && (pipe->writing.first->bytes <= room(pipe) || !pipe->readers);
}

static void serve_some_writers(struct pipe *pipe, uint32_t most)
{
    for (; can_write(pipe); most--) {
        if (!most) {
            add_due(pipe);
            break;
        }
        serve_writer(pipe);
    }
    if (has_room_for_any(pipe))
        watches_fire(&pipe->polling_room);
    ring_of(pipe)->writer_waits = pipe->writing.first || !list_is_empty(&pipe->polling_room);
}

static void serve_writers(struct pipe *pipe)
{
    serve_some_writers(pipe, SERVED_AT_ONCE);
}

/* Copies up to `bytes` of the pipe's bytes into the reply; returns how many. */
static uint32_t take(const struct pipe *pipe, const struct client *client, uint32_t bytes)
{
    uint32_t used = pipe_bytes(pipe), taken = bytes < used ? bytes : used;

    ring_pages_copy(&pipe->pages, client_bytes(client, bytes), taken);
    return taken;
}

/* The bytes are taken out only if the reader got the reply. A reader that has the ring takes them itself. */
static void serve_reader(struct pipe *pipe)
{
    struct client *client = pipe->reading.first;
    bool takes = client->waits == WAITS_FOR_BYTES && pipe_bytes(pipe);
    uint32_t taken = client->waits == WAITS_FOR_BYTES ? 0 : take(pipe, client, client->bytes);
    struct words words = {{0, taken}};

    queue_remove(&pipe->reading, client);
    if (client_reply(client, takes ? FILE_AGAIN : client_bytes_result(client->bytes, taken), &words))
        ring_of(pipe)->read += taken;
}

static bool can_read(const struct pipe *pipe)
{
    return pipe->reading.first && (pipe_bytes(pipe) || !pipe->writers);
}

static void serve_some_readers(struct pipe *pipe, uint32_t most)
{
    for (; can_read(pipe); most--) {
        if (!most) {
            add_due(pipe);
            break;
        }
        serve_reader(pipe);
    }
    if (pipe_bytes(pipe))
        watches_fire(&pipe->polling_bytes);
    ring_of(pipe)->reader_waits = pipe->reading.first || !list_is_empty(&pipe->polling_bytes);
}

static void serve_readers(struct pipe *pipe)
{
    serve_some_readers(pipe, SERVED_AT_ONCE);
}

/* Readers first: they make room for the writers. */
bool pipes_serve_due(void)
{
    struct pipe *pipe = first_due;

    if (pipe) {
        remove_due(pipe);
        serve_readers(pipe);
        serve_writers(pipe);
        if (can_read(pipe))
            add_due(pipe);
    }
    return !first_due;
}

void pipe_close(struct pipe *pipe, bool writes)
{
    if (writes && --pipe->writers == 0) {
        serve_some_readers(pipe, SERVED_AT_CLOSE);
        watches_fire(&pipe->polling_bytes);
    }
    if (!writes && --pipe->readers == 0) {
        ring_of(pipe)->no_reader = true;
        serve_some_writers(pipe, SERVED_AT_CLOSE);
        watches_fire(&pipe->polling_room);
    }
    if (!pipe->readers && !pipe->writers) {
        watches_fire(&pipe->polling_bytes); /* clients may have closed what they polled */
        watches_fire(&pipe->polling_room);
        forget(pipe);
    }
}

/* Returns 0 if a call with this word `wait` may wait, or its error. */
static int32_t check_wait(const struct open_file *file, uint32_t wait)
{
    if (!(wait & WAIT_ALLOWED) || file->flags & O_NONBLOCKING)
        return -EAGAIN;
    return wait & WAIT_INTERRUPTED ? -EINTR : 0;
}

/* Tells processes that have the ring to report bytes or room. They may have added some before the fence. */
static void ask_for_wake(const struct pipe *pipe, bool writes)
{
    if (writes)
        ring_of(pipe)->writer_waits = true;
    else
        ring_of(pipe)->reader_waits = true;
    pipe_ring_fence();
}

/* Lets the client wait, for bytes or for room for so many. */
static int32_t wait_at(struct client *client, struct open_file *file, enum client_wait waits, uint32_t bytes)
{
    struct pipe *pipe = file->pipe;
    bool writes = waits >= WAITS_TO_WRITE;

    queue_add(writes ? &pipe->writing : &pipe->reading, client);
    int32_t later = client_wait(client, waits, file, bytes);
    ask_for_wake(pipe, writes);
    (writes ? serve_writers : serve_readers)(pipe);
    return later;
}

/* The next writer may need less room. */
void pipe_forget_waiting(struct client *client)
{
    struct pipe *pipe = client->waits_for->pipe;

    queue_remove(queue_of(client), client);
    client->waits = WAITS_NOT;
    serve_writers(pipe);
}

void pipe_interrupt(struct client *client)
{
    struct pipe *pipe = client->waits_for->pipe;

    if (client == pipe->reading.first && can_read(pipe)) {
        serve_reader(pipe);
    } else if (client == pipe->writing.first && can_write(pipe)) {
        serve_writer(pipe);
    } else {
        queue_remove(queue_of(client), client);
        client_reply(client, -EINTR, &(struct words){{0}});
    }
    serve_writers(pipe);
}

int32_t pipe_read(struct client *client, struct open_file *file, uint32_t bytes, uint32_t wait, struct words *words)
{
    struct pipe *pipe = file->pipe;

    if (bytes && !pipe_bytes(pipe) && pipe->writers) {
        int32_t error = check_wait(file, wait);
        return error ? error : wait_at(client, file, WAITS_TO_READ, bytes);
    }
    words->w[1] = take(pipe, client, bytes);
    ring_of(pipe)->read += words->w[1];
    serve_writers(pipe);
    return client_bytes_result(bytes, words->w[1]);
}

int32_t pipe_write(struct client *client, struct open_file *file, uint32_t bytes, uint32_t wait, struct words *words)
{
    struct pipe *pipe = file->pipe;

    words->w[1] = bytes;
    if (!bytes)
        return 0;
    if (!pipe->readers)
        return -EPIPE;
    if (room(pipe) < bytes || pipe->writing.first) {
        int32_t error = check_wait(file, wait);
        if (error)
            return error;
        if (bytes <= FILE_DATA_MAX)
            memcpy(client->data, message_page->words, bytes);
        return wait_at(client, file, WAITS_TO_WRITE, bytes);
    }
    ring_pages_put(&pipe->pages, client_bytes(client, bytes), bytes);
    serve_readers(pipe);
    return 0;
}

/* ------------------------------------------------------------------------------------------ poll */

uint32_t pipe_poll(const struct open_file *file)
{
    const struct pipe *pipe = file->pipe;

    if (open_file_writes(file))
        return (has_room_for_any(pipe) ? FILE_POLL_OUT : 0) | (pipe->readers ? 0 : FILE_POLL_ERROR);
    return (pipe_bytes(pipe) ? FILE_POLL_IN : 0) | (pipe->writers ? 0 : FILE_POLL_HANG_UP);
}

/* The caller polls once more afterwards: bytes or room may have come before the fence. */
bool pipe_watch(struct client *client, const struct open_file *file)
{
    struct pipe *pipe = file->pipe;
    bool writes = open_file_writes(file);

    if (!watch_add(writes ? &pipe->polling_room : &pipe->polling_bytes, client))
        return false;
    ask_for_wake(pipe, writes);
    return true;
}

/* ------------------------------------------------------------------- processes that have the ring */

/* An end that several clients hold stays with the server, which serves one client after the other. */
static bool is_alone(const struct open_file *file)
{
    return file->holders == 1 && (open_file_writes(file) ? file->pipe->writers : file->pipe->readers) == 1;
}

int32_t call_pipe_attach(struct client *client, struct words *words)
{
    const struct open_file *file = client_file(client, words->w[1]);
    uint32_t address = words->w[2];

    if (!file)
        return -EBADF;
    if (!file->pipe || address % PAGE_SIZE)
        return -EINVAL;
    if (!is_alone(file) || file->flags & O_NONBLOCKING || pages_loans(file->pipe->pages.page[0]) == RING_LOANS_MAX)
        return -EBUSY;
    for (uint32_t i = 0; i < PIPE_PAGES; i++) {
        uint32_t number = file->pipe->pages.page[i];
        pages_lend(number);
        message_page->items[i] =
            item_memory(FILE_SLOT_MEMORY, RIGHT_READ | RIGHT_WRITE, number, 1, address + i * PAGE_SIZE);
    }
    words->w[1] = open_file_writes(file);
    return (int32_t)ipc_extend(0, PIPE_PAGES);
}

int32_t call_pipe_wait(struct client *client, struct words *words)
{
    struct open_file *file = client_file(client, words->w[1]);
    uint32_t bytes = words->w[2];
    bool is_interrupted = words->w[3] & WAIT_INTERRUPTED;

    if (!file)
        return -EBADF;
    if (!file->pipe || bytes > PIPE_RING_BYTES)
        return -EINVAL;
    if (open_file_writes(file)) {
        if (!file->pipe->readers)
            return -EPIPE;
        if (is_interrupted)
            return file->pipe->writing.first || room(file->pipe) < bytes ? -EINTR : FILE_AGAIN;
        return wait_at(client, file, WAITS_FOR_ROOM, bytes);
    }
    if (file->pipe->writing.first) {
        struct caller caller = caller_now();
        serve_writers(file->pipe);
        caller_restore(caller);
    }
    if (pipe_bytes(file->pipe))
        return FILE_AGAIN;
    return !file->pipe->writers ? 0 : is_interrupted ? -EINTR : wait_at(client, file, WAITS_FOR_BYTES, 0);
}

/* Called if a single reader that has the ring waits. Replies to the caller first, so that the reader gets the reply
 * that ends this message. */
static int32_t switch_to_reader(struct pipe *pipe, struct words *words)
{
    struct client *reader = pipe->reading.first;

    *words = (struct words){{0}};
    (void)server_reply(caller_now(), 0, words); /* a caller that has ended has still written */
    queue_remove(&pipe->reading, reader);
    watches_fire(&pipe->polling_bytes);
    ring_of(pipe)->reader_waits = false;
    reader->waits = WAITS_NOT;
    caller_restore(reader->caller);
    return SERVER_OTHER | FILE_AGAIN;
}

static int32_t wake_readers(struct pipe *pipe, struct words *words)
{
    const struct client *first = pipe->reading.first;

    if (words->w[2] && first && !first->next_waiting && first->waits == WAITS_FOR_BYTES && pipe_bytes(pipe))
        return switch_to_reader(pipe, words);
    serve_readers(pipe);
    return 0;
}

int32_t call_pipe_wake(struct client *client, struct words *words)
{
    const struct open_file *file = client_file(client, words->w[1]);

    if (!file)
        return -EBADF;
    if (!file->pipe)
        return -EINVAL;
    if (open_file_writes(file))
        return wake_readers(file->pipe, words);
    serve_writers(file->pipe);
    return 0;
}

/* ---------------------------------------------------------------------------------------- audit */

static bool queue_audit(const struct pipe *pipe, const struct queue *queue, bool writes)
{
    struct client *const *link = &queue->first;

    for (; *link; link = &(*link)->next_waiting)
        if ((*link)->waits == WAITS_NOT || ((*link)->waits >= WAITS_TO_WRITE) != writes ||
            (*link)->waits_for->pipe != pipe)
            return false;
    return link == queue->end;
}

/* Checks a ring that only the server writes to. */
static bool ring_audit(const struct pipe *pipe)
{
    const struct pipe_ring *ring = ring_of(pipe);

    if (pages_is_lent(pipe->pages.page[0]))
        return true;
    if (!list_is_empty(&pipe->polling_bytes) && !ring->reader_waits)
        return false;
    if (!list_is_empty(&pipe->polling_room) && !ring->writer_waits)
        return false;
    if ((pipe->reading.first && !ring->reader_waits) || (pipe->writing.first && !ring->writer_waits))
        return false;
    return pipe->due_link || !(can_read(pipe) || can_write(pipe));
}

bool pipe_audit(const struct pipe *pipe)
{
    if (!(pipe->readers | pipe->writers))
        return false;
    if (!pipe->due_link && ((pipe->reading.first && !pipe->writers) || (pipe->writing.first && !pipe->readers)))
        return false;
    return queue_audit(pipe, &pipe->reading, false) && queue_audit(pipe, &pipe->writing, true) && ring_audit(pipe);
}

uint32_t pipes_audit(void)
{
    struct pipe **link = &first_due;

    for (; *link; link = &(*link)->next_due)
        assert((*link)->due_link == link && (*link)->readers | (*link)->writers);
    assert(last_due == link);
    return shares_count(SHARE_PIPES) * PIPE_PAGES;
}
