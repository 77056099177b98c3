/*
 * The whole file server: pipes. Bytes arrive in order; a waiter gets its reply when it can continue, whichever client
 * ends meanwhile.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/file/ servers/lib/account.c servers/lib/archive.c
 * sources: tests/server/state_end.c tests/server/server_run.c tests/server/file_machine.c
 */
#include "tests/server/file_machine.h"

#include <errno.h>
#include <string.h>

#include "servers/file/pages.h"
#include "servers/file/share.h"
#include "servers/proto/pipe_ring.h"
#include "tests/host/check.h"

enum { PAGES = 600, A = 1, B = 2, C = 3, D = 4, READS = 3, WRITES = 4, LARGE = 4096 };

static char large[LARGE];

static void fill(char *to, char first, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        to[i] = (char)((uint32_t)first + i % 10);
}

/* A has a pipe, which the others have inherited; all have a transfer page. */
static void four_begin(void)
{
    machine_begin(PAGES);
    CHECK(ask(MANAGER, FILE_BEGIN, A, 0, 0) == 0 && ask(A, FILE_PIPE, 0, 0, 0) == 0);
    CHECK(reply_of(A)->w[0] == READS && reply_of(A)->w[1] == WRITES);
    for (uint32_t badge = B; badge <= D; badge++)
        CHECK(ask(MANAGER, FILE_FORK, A, badge, 0) == 0);
    for (uint32_t badge = A; badge <= D; badge++)
        CHECK(ask(badge, FILE_TRANSFER_PAGE, 0, 0, 0) == 0 && reply_of(badge)->items == 1);
}

static void all_end(void)
{
    for (uint32_t badge = A; badge <= D; badge++) {
        int32_t status = machine_ends(badge);
        CHECK(status == 0 || status == -ENOENT);
    }
    CHECK(pages_free() == machine_free_at_first());
    machine_end();
}

static int32_t put(uint32_t badge, const char *text)
{
    uint32_t bytes = (uint32_t)strlen(text);

    return ask_data(badge, text, bytes, (struct words){{FILE_WRITE, WRITES, bytes, 0}});
}

static int32_t put_large(uint32_t badge, char first, uint32_t bytes)
{
    fill(transfer_of(badge), first, bytes);
    return ask(badge, FILE_WRITE, WRITES, bytes, 0);
}

/* Fills the ring; its first bytes are these. */
static void fill_ring(char first)
{
    CHECK(put_large(A, first, LARGE) == 0 && put_large(A, first, PIPE_RING_BYTES - LARGE) == 0);
}

static int32_t get(uint32_t badge, uint32_t bytes)
{
    return ask(badge, FILE_READ, READS, bytes, 1);
}

static void has_got(uint32_t badge, const char *text)
{
    const struct reply *reply = reply_of(badge);

    CHECK(reply->status == 0 && reply->w[0] == strlen(text) && !memcmp(reply->data, text, strlen(text)));
    for (size_t i = strlen(text); i < reply->words * 4; i++)
        CHECK(reply->data[i] == 0); /* nothing of others */
}

/* Asks proc's questions while there is more: the clients that are to be woken, one with each. */
static uint32_t next_event(void)
{
    CHECK(ask(MANAGER, FILE_EVENTS, 0, 0, 0) == 0);
    return reply_of(MANAGER)->w[0];
}

static bool is_more(void)
{
    return reply_of(MANAGER)->w[1];
}

/* ---------------------------------------------------------------------------------- bytes */

static void bytes_come_out_as_they_went_in(void)
{
    four_begin();
    CHECK(put(A, "hello") == 0 && reply_of(A)->w[0] == 5 && put(B, "world") == 0);
    CHECK(get(C, 7) == 0);
    has_got(C, "hellowo");
    CHECK(get(C, 256) == 0);
    has_got(C, "rld");
    CHECK(ask(C, FILE_READ, READS, 10, 0) == -EAGAIN && get(C, 0) == 0 && ask(A, FILE_WRITE, WRITES, 0, 0) == 0);
    all_end();
}

/* Around the ring, at each of its offsets, in pieces of all sizes. */
static void sizes_are_any(void)
{
    uint32_t written = 0, read = 0;

    four_begin();
    for (uint32_t bytes = 1; bytes <= LARGE; bytes += bytes < 300 ? 1 : 151) {
        for (uint32_t i = 0; i < bytes; i++)
            large[i] = (char)((written + i) % 251);
        memcpy(transfer_of(A), large, bytes);
        CHECK(ask_data(A, large, bytes <= 256 ? bytes : 0, (struct words){{FILE_WRITE, WRITES, bytes, 0}}) == 0);
        written += bytes;
        while (read < written) {
            uint32_t most = 1 + (read * 7 + bytes) % LARGE;
            CHECK(get(B, most) == 0);
            const char *from = most <= 256 ? reply_of(B)->data : transfer_of(B);
            for (uint32_t i = 0; i < reply_of(B)->w[0]; i++)
                CHECK(from[i] == (char)((read + i) % 251));
            read += reply_of(B)->w[0];
        }
    }
    all_end();
}

/* ---------------------------------------------------------------------------------- who reads waits */

static void readers_wait_for_bytes(void)
{
    four_begin();
    CHECK(get(B, 3) == WAITS && get(C, 200) == WAITS && get(D, LARGE) == WAITS);
    CHECK(put(A, "abcdef") == 0);
    has_got(B, "abc");
    has_got(C, "def");
    CHECK(reply_of(D)->status == WAITS && put(A, "x") == 0 && reply_of(D)->status == 0);
    CHECK(reply_of(D)->w[0] == 1 && *transfer_of(D) == 'x');
    all_end();
}

/* When the last writer has closed its end, readers get the end of the bytes. */
static void the_end_is_told(void)
{
    four_begin();
    CHECK(put(A, "ab") == 0);
    for (uint32_t badge = A; badge <= C; badge++)
        CHECK(ask(badge, FILE_CLOSE, WRITES, 0, 0) == 0);
    CHECK(get(C, 10) == 0);
    has_got(C, "ab");
    CHECK(get(C, 10) == WAITS && get(B, 300) == WAITS);
    CHECK(ask(D, FILE_CLOSE, WRITES, 0, 0) == 0);
    has_got(C, "");
    CHECK(reply_of(B)->status == WAITS && next_event() == 0 && reply_of(B)->status == 0 && reply_of(B)->w[0] == 0);
    CHECK(get(A, 1) == 0 && get(A, 1) == 0);
    has_got(A, "");
    all_end();
}

static void nobody_reads(void)
{
    four_begin();
    for (uint32_t badge = A; badge <= C; badge++)
        CHECK(ask(badge, FILE_CLOSE, READS, 0, 0) == 0);
    fill_ring('a');
    CHECK(put_large(B, 'b', LARGE) == WAITS && put(C, "c") == WAITS);
    CHECK(ask(D, FILE_CLOSE, READS, 0, 0) == 0 && reply_of(B)->status == -EPIPE && next_event() == 0);
    CHECK(reply_of(C)->status == -EPIPE && put(A, "x") == -EPIPE && put(A, "") == 0 &&
          put_large(A, 'x', LARGE) == -EPIPE);
    all_end();
}

/* ---------------------------------------------------------------------------------- who writes waits */

/* All or nothing, in the order in which they came: small writes do not pass a large one. */
static void writers_wait_for_room(void)
{
    four_begin();
    fill_ring('0');
    CHECK(get(D, 64) == 0 && put_large(A, 'A', LARGE) == WAITS);
    CHECK(put(B, "small") == WAITS && put_large(C, 'a', 1000) == WAITS);
    CHECK(get(D, LARGE - 65) == 0 && reply_of(A)->status == WAITS);
    CHECK(get(D, 1) == 0 && reply_of(A)->status == 0 && reply_of(A)->w[0] == LARGE && reply_of(B)->status == WAITS);
    memset(transfer_of(A), 'x', LARGE); /* the page may be used again */
    CHECK(get(D, 5) == 0 && reply_of(B)->status == 0 && reply_of(B)->w[0] == 5 && reply_of(C)->status == WAITS);
    CHECK(get(D, 995) == 0 && reply_of(C)->status == WAITS && get(D, 5) == 0 && reply_of(C)->status == 0);
    const uint32_t read = 5 + 995 + 5; /* behind the first LARGE bytes */
    CHECK(get(D, LARGE) == 0 && reply_of(D)->w[0] == LARGE && transfer_of(D)[LARGE - read] == 'A');
    CHECK(get(D, LARGE) == 0 && reply_of(D)->w[0] == 2 * LARGE + 5 + 1000 - read - LARGE);
    CHECK(!memcmp(transfer_of(D) + LARGE - read, "smallabc", 8));
    all_end();
}

/* Each client that waits continues when there is room; none is forgotten, however many there are. */
static void every_waiter_continues(void)
{
    uint32_t read = 0;

    four_begin();
    fill_ring('0');
    CHECK(put_large(A, '0', LARGE) == WAITS && put_large(B, '0', LARGE) == WAITS && put_large(C, '0', LARGE) == WAITS);
    while (read < PIPE_RING_BYTES + 3 * LARGE) {
        CHECK(get(D, LARGE) == 0);
        read += reply_of(D)->w[0];
    }
    for (uint32_t badge = A; badge <= C; badge++)
        CHECK(reply_of(badge)->status == 0 && reply_of(badge)->w[0] == LARGE);
    CHECK(get(D, 1) == WAITS);
    all_end();
}

static void some_do_not_wait(void)
{
    enum { SET = FILE_SET_FLAGS };

    four_begin();
    CHECK(ask(A, FILE_CONTROL, READS, SET, O_NONBLOCKING) == 0 &&
          ask(A, FILE_CONTROL, WRITES, SET, O_NONBLOCKING) == 0);
    CHECK(get(B, 5) == -EAGAIN && put(B, "x") == 0 && put_large(B, 'a', LARGE) == 0 &&
          put_large(B, 'a', LARGE) == -EAGAIN);
    CHECK(put_large(B, 'a', PIPE_RING_BYTES - LARGE - 1) == 0 && put(C, "x") == -EAGAIN);
    CHECK(ask(A, FILE_CONTROL, WRITES, SET, 0) == 0 && put_large(B, 'b', 1000) == WAITS);
    CHECK(ask(A, FILE_CONTROL, WRITES, SET, O_NONBLOCKING) == 0 && get(D, 200) == 0);
    CHECK(put(C, "x") == -EAGAIN); /* there is room, but B is first */
    all_end();
}

/* ---------------------------------------------------------------------------------- who ends */

/* The reader's thread is gone, and then proc says so. Bytes on the way to it go to the next one. */
static void a_reader_ends(void)
{
    four_begin();
    CHECK(get(B, 10) == WAITS && get(C, 10) == WAITS);
    machine_kill(B);
    CHECK(put(A, "abc") == 0);
    has_got(C, "abc");
    CHECK(get(C, 10) == WAITS);
    machine_kill(C);
    CHECK(put(A, "def") == 0 && get(D, 10) == 0);
    has_got(D, "def");
    CHECK(get(D, 10) == WAITS && ask(MANAGER, FILE_RELEASE, D, 0, 0) == 0);
    CHECK(put(A, "x") == 0 && reply_of(D)->status == WAITS);
    all_end();
}

/* What the writer was about to write is not read. The others continue, even if it was the first of them. */
static void a_writer_ends(void)
{
    four_begin();
    fill_ring('0');
    CHECK(get(D, 100) == 0 && put_large(A, 'a', LARGE) == WAITS && put(B, "b") == WAITS && put(C, "c") == WAITS);
    machine_kill(A);
    CHECK(ask(MANAGER, FILE_RELEASE, A, 0, 0) == 0 && reply_of(B)->status == 0 && reply_of(C)->status == 0);
    CHECK(get(D, LARGE) == 0 && get(D, LARGE - 100) == 0 && get(D, 10) == 0);
    has_got(D, "bc");
    all_end();
}

/* The writer has died, but the server has not been told when its turn comes. */
static void a_writer_has_died(void)
{
    four_begin();
    fill_ring('0');
    CHECK(put_large(A, 'a', LARGE) == WAITS && put(B, "b") == WAITS);
    machine_kill(A);
    CHECK(get(D, LARGE) == 0 && reply_of(B)->status == 0 && get(D, LARGE) == 0 && get(D, LARGE) == 0);
    CHECK(reply_of(D)->w[0] == 1 && *transfer_of(D) == 'b');
    all_end();
}

/* The clients that end are the last of their end of the pipe. */
static void the_last_ones_end(void)
{
    four_begin();
    for (uint32_t badge = B; badge <= D; badge++)
        CHECK(ask(badge, FILE_CLOSE, WRITES, 0, 0) == 0 && get(badge, 10) == WAITS);
    machine_kill(A);
    CHECK(ask(MANAGER, FILE_RELEASE, A, 0, 0) == 0 && next_event() == 0);
    for (uint32_t badge = B; badge <= D; badge++)
        has_got(badge, "");
    all_end();
    four_begin();
    fill_ring('0');
    CHECK(ask(A, FILE_CLOSE, READS, 0, 0) == 0 && ask(B, FILE_CLOSE, READS, 0, 0) == 0);
    CHECK(put_large(A, '0', LARGE) == WAITS && put(B, "b") == WAITS && ask(MANAGER, FILE_RELEASE, C, 0, 0) == 0);
    CHECK(reply_of(A)->status == WAITS && ask(MANAGER, FILE_RELEASE, D, 0, 0) == 0);
    CHECK(reply_of(A)->status == -EPIPE && next_event() == 0 && reply_of(B)->status == -EPIPE);
    all_end();
}

/* One client has both ends of a pipe and waits at it: the pipe goes with the client. */
static void one_is_alone(void)
{
    machine_begin(PAGES);
    CHECK(ask(MANAGER, FILE_BEGIN, A, 0, 0) == 0 && ask(A, FILE_PIPE, 0, 0, 0) == 0 && get(A, 1) == WAITS);
    CHECK(ask(MANAGER, FILE_RELEASE, A, 0, 0) == 0);
    machine_kill(A);
    CHECK(ask(MANAGER, FILE_BEGIN, A, 0, 0) == 0 && ask(A, FILE_PIPE, 0, 0, 0) == 0);
    CHECK(ask(A, FILE_TRANSFER_PAGE, 0, 0, 0) == 0);
    fill_ring('a');
    CHECK(put_large(A, 'a', LARGE) == WAITS);
    all_end();
}

/* ---------------------------------------------------------------------------------- interrupted */

static void waiting_is_interrupted(void)
{
    four_begin();
    CHECK(get(B, 10) == WAITS && ask(MANAGER, FILE_INTERRUPT, B, 0, 0) == 0 && reply_of(B)->status == -EINTR);
    CHECK(ask(MANAGER, FILE_INTERRUPT, B, 0, 0) == 0); /* it waits for nothing */
    fill_ring('0');
    CHECK(get(C, 100) == 0 && put_large(A, 'a', LARGE) == WAITS && put(B, "b") == WAITS);
    CHECK(ask(MANAGER, FILE_INTERRUPT, A, 0, 0) == 0 && reply_of(A)->status == -EINTR && reply_of(B)->status == 0);
    CHECK(get(C, LARGE) == 0 && get(C, LARGE - 100) == 0 && get(C, LARGE) == 0 && reply_of(C)->w[0] == 1);
    all_end();
}

/* A signal came before the call was sent: it succeeds if it can at once, but does not wait. */
static void a_call_that_is_interrupted_does_not_wait(void)
{
    const uint32_t wait = WAIT_ALLOWED | WAIT_INTERRUPTED;

    four_begin();
    CHECK(ask(B, FILE_READ, READS, 10, wait) == -EINTR && put(A, "hello") == 0 && reply_of(B)->status == -EINTR);
    CHECK(ask(B, FILE_READ, READS, 10, wait) == 0);
    has_got(B, "hello");
    CHECK(ask_data(A, "once", 4, (struct words){{FILE_WRITE, WRITES, 4, wait}}) == 0 && get(B, 4) == 0);
    fill_ring('0');
    CHECK(ask_data(A, "more", 4, (struct words){{FILE_WRITE, WRITES, 4, wait}}) == -EINTR && put(A, "more") == WAITS);
    CHECK(get(B, LARGE) == 0 && get(B, LARGE) == 0 && get(B, LARGE) == 0 && ask(B, FILE_READ, READS, 10, 0) == -EAGAIN);
    CHECK(ask(B, FILE_CONTROL, READS, FILE_SET_FLAGS, O_NONBLOCKING) == 0 &&
          ask(B, FILE_READ, READS, 10, wait) == -EAGAIN);
    all_end();
}

/* ---------------------------------------------------------------------------------- poll */

static int32_t poll_two(uint32_t badge, uint32_t watch)
{
    const uint32_t both[] = {READS | (uint32_t)FILE_POLL_IN << FILE_POLL_SHIFT,
                             WRITES | (uint32_t)FILE_POLL_OUT << FILE_POLL_SHIFT};

    return ask_data(badge, both, sizeof both, (struct words){{FILE_POLL, 2, watch, 0}});
}

static int32_t poll_bytes(uint32_t badge, uint32_t watch)
{
    const uint32_t one = READS | (uint32_t)FILE_POLL_IN << FILE_POLL_SHIFT;

    return ask_data(badge, &one, sizeof one, (struct words){{FILE_POLL, 1, watch, 0}});
}

static int32_t poll_room(uint32_t badge, uint32_t watch)
{
    const uint32_t one = WRITES | (uint32_t)FILE_POLL_OUT << FILE_POLL_SHIFT;

    return ask_data(badge, &one, sizeof one, (struct words){{FILE_POLL, 1, watch, 0}});
}

static void polled_is(uint32_t badge, uint32_t ready, uint32_t first)
{
    uint32_t word;

    memcpy(&word, reply_of(badge)->data, sizeof word);
    CHECK(reply_of(badge)->status == 0 && reply_of(badge)->w[0] == ready && word == first);
}

static void what_there_is_is_told(void)
{
    four_begin();
    CHECK(poll_two(A, 1) == 0);
    polled_is(A, 1, 0);
    CHECK(put(A, "x") == 0 && machine_signals == 0); /* one was ready: nothing is watched */
    CHECK(poll_two(A, 0) == 0);
    polled_is(A, 2, FILE_POLL_IN);
    const uint32_t others[] = {0, 99, READS};
    CHECK(ask_data(A, others, sizeof others, (struct words){{FILE_POLL, 3, 1, 0}}) == 0);
    polled_is(A, 1, FILE_POLL_CONSOLE);
    CHECK(((const uint32_t *)reply_of(A)->data)[1] == FILE_POLL_INVALID &&
          ((const uint32_t *)reply_of(A)->data)[2] == 0);
    CHECK(ask(A, FILE_POLL, FILE_DESCRIPTORS_MAX + 1, 0, 0) == -EINVAL &&
          ask(A, FILE_POLL, UINT32_MAX, 1, 0) == -EINVAL);
    CHECK(ask(A, FILE_POLL, 3, 0, 0) == -EINVAL); /* what is in the message page belongs to others */
    CHECK(ask(A, FILE_POLL, FILE_DESCRIPTORS_MAX, 0, 0) == 0 && ask(A, FILE_EVENTS, 0, 0, 0) == -EPERM);
    all_end();
}

/* Bytes, room, or an end wakes a client that polls. One that polls something else meanwhile, or has ended, is not
 * woken. */
static void a_polling_client_is_woken(void)
{
    four_begin();
    CHECK(poll_bytes(B, 1) == 0 && poll_bytes(C, 1) == 0 && poll_bytes(D, 1) == 0 && poll_bytes(C, 0) == 0 &&
          machine_signals == 0);
    CHECK(put(A, "x") == 0 && machine_signals == 1 && next_event() == B && is_more() && next_event() == D &&
          !is_more() && next_event() == 0 && !is_more());
    CHECK(put(A, "x") == 0 && machine_signals == 1 && get(A, 2) == 0);
    fill_ring('a');
    CHECK(poll_room(B, 1) == 0 && poll_room(C, 1) == 0 && get(D, LARGE - 1) == 0 && machine_signals == 1);
    CHECK(ask(MANAGER, FILE_RELEASE, C, 0, 0) == 0 && get(D, 1) == 0 && machine_signals == 2 && next_event() == B &&
          !is_more());
    CHECK(get(D, LARGE) == 0 && poll_bytes(B, 1) == 0);
    for (uint32_t badge = A; badge <= D; badge++)
        if (badge != C)
            CHECK(ask(badge, FILE_CLOSE, WRITES, 0, 0) == 0);
    CHECK(next_event() == B && poll_bytes(B, 1) == 0);
    polled_is(B, 1, FILE_POLL_HANG_UP);
    all_end();
}

static void what_is_polled_may_go(void)
{
    four_begin();
    fill_ring('a');
    CHECK(poll_room(A, 1) == 0 && poll_room(B, 1) == 0);
    for (uint32_t badge = A; badge <= D; badge++)
        CHECK(ask(badge, FILE_CLOSE, READS, 0, 0) == 0);
    CHECK(machine_signals == 1 && poll_room(A, 1) == 0);
    polled_is(A, 1, FILE_POLL_ERROR);
    CHECK(next_event() == B && poll_room(A, 0) == 0);
    for (uint32_t badge = A; badge <= D; badge++)
        CHECK(ask(badge, FILE_CLOSE, WRITES, 0, 0) == 0);
    CHECK(ask(A, FILE_PIPE, 0, 0, 0) == 0 && poll_bytes(A, 1) == 0 && ask(A, FILE_CLOSE, READS, 0, 0) == 0 &&
          ask(A, FILE_CLOSE, WRITES, 0, 0) == 0 && next_event() == A);
    all_end();
}

static void there_is_no_memory_to_watch(void)
{
    four_begin();
    uint32_t taken[PAGES], count = 0;

    machine_is_fast = true; /* the pages belong to the test, and no audit knows them */
    while (count < PAGES && (taken[count] = quota_take_page(&share_of_all.quota)) != PAGE_NONE)
        count++;
    CHECK(poll_bytes(A, 1) == -ENOMEM && poll_bytes(A, 0) == 0);
    for (uint32_t i = 0; i < count; i++)
        quota_give_page(&share_of_all.quota, taken[i]);
    machine_is_fast = false;
    CHECK(poll_bytes(A, 1) == 0);
    all_end();
}

int main(void)
{
    what_there_is_is_told();
    a_polling_client_is_woken();
    what_is_polled_may_go();
    there_is_no_memory_to_watch();
    bytes_come_out_as_they_went_in();
    sizes_are_any();
    readers_wait_for_bytes();
    the_end_is_told();
    nobody_reads();
    writers_wait_for_room();
    every_waiter_continues();
    some_do_not_wait();
    a_reader_ends();
    a_writer_ends();
    a_writer_has_died();
    the_last_ones_end();
    one_is_alone();
    waiting_is_interrupted();
    a_call_that_is_interrupted_does_not_wait();
    puts("test_file_pipes: bytes arrive in order, and every waiter continues");
    return 0;
}
