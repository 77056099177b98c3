/*
 * The whole file server. The bytes of an input choose the calls of several clients, which of them fork, exec and end,
 * and whose thread is gone while it waits. Each reply, also a late one, is compared with a naive model,
 * tests/fuzz/files_model.h; when all clients have ended, all pages are free again.
 *
 * fuzz: runs=400
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/file/ servers/lib/account.c servers/lib/archive.c
 * sources: tests/server/state_end.c tests/server/server_run.c tests/server/file_machine.c tests/fuzz/files_model.c
 * sources: tests/fuzz/files_model_fds.c tests/fuzz/files_model_locks.c tests/fuzz/bytes.c
 */
#include <errno.h>
#include <string.h>

#include "servers/file/pages.h"
#include "tests/fuzz/bytes.h"
#include "tests/fuzz/files_model.h"
#include "tests/fuzz/fuzz.h"
#include "tests/host/check.h"

enum { PAGES = 900 };

static char data[FILE_TRANSFER_MAX];
static uint32_t written; /* so far; different bytes are close to each other */

static uint32_t any_fd(void)
{
    return random_below(12) ? random_below(MODEL_FDS) : bytes_word();
}

static uint32_t any_bytes(void)
{
    return random_below(3) ? random_below(64) : random_below(12) ? random_below(FILE_TRANSFER_MAX + 1) : bytes_word();
}

static void compare(uint32_t client, const struct expected *expected)
{
    const struct reply *reply = reply_of(client);

    CHECK(reply->status == expected->status);
    if (expected->status == 0)
        CHECK(reply->w[0] == expected->result);
    if (expected->status == 0 && expected->data) {
        const char *got = expected->bytes <= FILE_DATA_MAX ? reply->data : transfer_of(client);
        CHECK(!memcmp(got, expected->data, expected->result));
    }
}

/* Each client that waited has got its reply as the model says, or still waits. */
static void compare_others(uint32_t asked)
{
    for (uint32_t client = 1; client <= MODEL_CLIENTS; client++)
        if (client != asked && model_was_waiting(client))
            compare(client, model_expected(client));
}

static uint32_t any_wait(void)
{
    static const uint32_t waits[] = {0, WAIT_ALLOWED, WAIT_ALLOWED, WAIT_ALLOWED | WAIT_INTERRUPTED};

    return waits[random_below(sizeof waits / sizeof *waits)];
}

static void write_any(uint32_t client, uint32_t number)
{
    uint32_t fd = any_fd(), bytes = any_bytes(),
             offset = number == FILE_WRITE ? any_wait() & WAIT_INTERRUPTED : random_below(MODEL_OFFSETS);

    for (uint32_t i = 0; i < bytes && i < sizeof data; i++)
        data[i] = (char)(written + i);
    written += bytes;
    if (bytes <= sizeof data)
        memcpy(transfer_of(client), data, bytes);
    if (number == FILE_WRITE)
        model_write(client, fd, data, bytes, offset);
    else
        model_write_at(client, fd, data, bytes, offset);
    ask_data(client, data, bytes <= FILE_DATA_MAX ? bytes : 0, (struct words){{number, fd, bytes, offset}});
}

static void name_any(uint32_t client, uint32_t number)
{
    uint32_t name = random_below(MODEL_NAMES), flags = random_below(4) | (random_below(2) ? O_CREATE_FILE : 0);
    char path[] = {'/', 't', 'm', 'p', '/', (char)('a' + name), 0, 0};

    flags |= (random_below(4) ? 0 : O_TRUNCATE) | (random_below(4) ? 0 : O_APPENDING) |
             (random_below(4) ? 0 : O_CLOSE_ON_EXEC);
    flags |= random_below(8) ? 0 : O_EXCLUSIVE;
    if (number == FILE_OPEN)
        model_open(client, name, flags);
    else if (number == FILE_REMOVE)
        model_remove(client, name), flags = 0;
    else
        flags = random_below(MODEL_OFFSETS), model_truncate(client, name, flags);
    int32_t status = ask_path(client, path, number, (uint32_t)FILE_CWD, flags, 0644);
    CHECK(status != FILE_MORE); /* the reads are short */
}

/* Mostly one of a few, so that clients compete. */
static uint32_t fd_to_lock(void)
{
    return random_below(12) ? random_below(6) : any_fd();
}

/* Any start, and also negative lengths. */
static void lock_any(uint32_t client)
{
    uint32_t fd = fd_to_lock(), first = random_below(MODEL_LOCKED), bytes = 1 + random_below(MODEL_LOCKED - first),
             whence = random_below(3);
    struct model_lock lock = {
        .is_open_file = random_below(2), .wait = any_wait(), .kind = random_below(3), .first = first, .bytes = bytes};
    uint32_t command = random_below(5) ? lock.wait : FILE_LOCK_TEST; /* FILE_LOCK_WAIT is WAIT_ALLOWED, and so on */
    struct file_lock range = {(int64_t)first - model_base(client, fd, whence), bytes};

    if (random_below(4) == 0) {
        range.start += bytes;
        range.length = -range.length;
    }
    if (command == FILE_LOCK_TEST) {
        lock.kind = FILE_LOCK_SHARED; /* the other lock is exclusive */
        model_look(client, fd, lock);
    } else {
        model_lock(client, fd, lock);
    }
    command |= lock.is_open_file ? FILE_LOCK_OPEN_FILE : 0;
    ask_data(client, &range, sizeof range, (struct words){{FILE_LOCK, fd, command, lock.kind | whence << 16}});
}

static void lock_file_any(uint32_t client)
{
    uint32_t fd = fd_to_lock();
    struct model_lock lock = {
        .is_whole = true, .wait = model_shares(client, fd) ? 0 : any_wait(), .kind = random_below(3)};

    model_lock(client, fd, lock);
    ask(client, FILE_LOCK_FILE, fd, lock.kind, lock.wait);
}

static void call_any(uint32_t client)
{
    static const uint8_t numbers[] = {FILE_OPEN,    FILE_OPEN,      FILE_CLOSE,     FILE_READ,  FILE_READ,
                                      FILE_READ,    FILE_WRITE,     FILE_WRITE,     FILE_WRITE, FILE_SEEK,
                                      FILE_READ_AT, FILE_WRITE_AT,  FILE_DUPLICATE, FILE_PIPE,  FILE_PIPE,
                                      FILE_REMOVE,  FILE_TRUNCATE,  FILE_CONTROL,   FILE_LOCK,  FILE_LOCK,
                                      FILE_LOCK,    FILE_LOCK_FILE, FILE_LOCK_FILE};
    uint32_t number = numbers[random_below(sizeof numbers)], fd = any_fd(), b = any_bytes(), c = any_wait();

    switch (number) {
    case FILE_OPEN:
    case FILE_REMOVE:
    case FILE_TRUNCATE:
        name_any(client, number);
        return;
    case FILE_WRITE:
    case FILE_WRITE_AT:
        write_any(client, number);
        return;
    case FILE_LOCK:
        lock_any(client);
        return;
    case FILE_LOCK_FILE:
        lock_file_any(client);
        return;
    case FILE_CLOSE:
        model_close(client, fd);
        break;
    case FILE_READ:
        model_read(client, fd, b, c);
        break;
    case FILE_READ_AT:
        c = random_below(MODEL_OFFSETS);
        model_read_at(client, fd, b, c);
        break;
    case FILE_SEEK:
        b = random_below(8) ? random_below(MODEL_OFFSETS) : 0u - random_below(MODEL_OFFSETS);
        c = random_below(4);
        model_seek(client, fd, (int32_t)b, c);
        break;
    case FILE_DUPLICATE:
        b = random_below(12) ? random_below(MODEL_FDS) : bytes_word();
        c = random_below(2) | (random_below(3) ? 0 : O_CLOSE_ON_EXEC);
        model_duplicate(client, fd, b, c);
        break;
    case FILE_CONTROL:
        b = FILE_SET_FLAGS;
        c = random_below(4) ? 0 : O_NONBLOCKING;
        model_set_flags(client, fd, c);
        break;
    default:
        fd = random_below(4) ? 0 : O_NONBLOCKING;
        model_pipe(client, fd);
        break;
    }
    ask(client, number, fd, b, c);
}

static void begin(uint32_t client)
{
    CHECK(ask(MANAGER, FILE_BEGIN, client, 0, 0) == 0 && ask(client, FILE_SET_LIMIT, MODEL_FDS, 0, 0) == 0);
    CHECK(ask(client, FILE_TRANSFER_PAGE, 0, 0, 0) == 0);
    model_begin_client(client);
}

static void fork_any(uint32_t client, uint32_t child)
{
    CHECK(ask(MANAGER, FILE_FORK, client, child, 0) == 0 && ask(child, FILE_TRANSFER_PAGE, 0, 0, 0) == 0);
    model_fork(client, child);
}

static void release(uint32_t client)
{
    machine_kill(client);
    model_kill(client);
    model_release(client);
    CHECK(machine_ends(client) == 0);
}

static void manage(uint32_t client, uint32_t other)
{
    bool lives = model_lives(client);

    switch (random_below(6)) {
    case 0:
        if (lives && !model_lives(other) && !model_waits(client))
            fork_any(client, other);
        else if (!lives)
            begin(client);
        return;
    case 1:
        if (lives && !model_waits(client)) {
            model_exec(client);
            CHECK(machine_execs(client) == 0 && ask(client, FILE_TRANSFER_PAGE, 0, 0, 0) == 0);
        }
        return;
    case 2:
        if (lives)
            release(client);
        return;
    case 3:
        if (lives && model_waits(client) &&
            !model_waits_for_lock(
                client)) { /* proc is told later; the model could not tell whether the client got a lock meanwhile */
            machine_kill(client);
            model_kill(client);
        }
        return;
    default:
        if (!lives)
            return;
        model_interrupt(client);
        CHECK(ask(MANAGER, FILE_INTERRUPT, client, 0, 0) == 0);
    }
}

/* Proc asks as long as there are clients that try again. */
static void settle_locks(void)
{
    bool any = false;

    for (uint32_t client = 1; client <= MODEL_CLIENTS; client++)
        any |= model_waits_for_lock(client);
    if (!any)
        return;
    do
        CHECK(ask(MANAGER, FILE_EVENTS, 0, 0, 0) == 0);
    while (reply_of(MANAGER)->w[1]);
    model_settle_locks();
}

static void step(void)
{
    uint32_t client = 1 + random_below(MODEL_CLIENTS);

    model_next();
    if (random_below(6) == 0) {
        manage(client, 1 + random_below(MODEL_CLIENTS));
        settle_locks();
        compare_others(0);
    } else if (model_lives(client) && !model_waits(client)) {
        call_any(client);
        settle_locks();
        compare(client, model_expected(client));
        compare_others(client);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    bytes_begin(input, size);
    machine_begin(PAGES);
    model_begin();
    begin(1);
    for (uint32_t i = 0; i < MODEL_STEPS && bytes_are_left(); i++)
        step();
    for (uint32_t client = 1; client <= MODEL_CLIENTS; client++)
        if (model_lives(client))
            release(client);
    begin(1);
    for (uint32_t name = 0; name < MODEL_NAMES; name++)
        (void)ask_path(1, ((char[]){'/', 't', 'm', 'p', '/', (char)('a' + name), 0}), FILE_REMOVE, (uint32_t)FILE_CWD,
                       0, 0);
    release(1);
    CHECK(pages_free() == machine_free_at_first());
    machine_end();
    return 0;
}
