/*
 * The whole file server, with many clients that wait at one pipe. The work for each message is bounded, and proc asks
 * for the rest. Each client gets the reply that it would get if all got theirs at once.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/file/ servers/lib/account.c servers/lib/archive.c
 * sources: tests/server/state_end.c tests/server/server_run.c tests/server/file_machine.c
 */
#include "tests/server/file_machine.h"

#include <errno.h>
#include <string.h>

#include "servers/file/pages.h"
#include "servers/proto/pipe_ring.h"
#include "tests/host/check.h"

/* AT_ONCE and AT_CLOSE: so many replies a message. */
enum { PAGES = 600, A = 1, READS = 3, WRITES = 4, LARGE = 4096, AT_ONCE = 16, AT_CLOSE = 1 };
enum { FIRST = 10, CROWD = 2 * AT_ONCE + 5, END = FIRST + CROWD };

/* A has a pipe, which the others have inherited. */
static void crowd_begins(void)
{
    machine_begin(PAGES);
    CHECK(ask(MANAGER, FILE_BEGIN, A, 0, 0) == 0 && ask(A, FILE_TRANSFER_PAGE, 0, 0, 0) == 0);
    CHECK(ask(A, FILE_PIPE, 0, 0, 0) == 0);
    for (uint32_t badge = FIRST; badge < END; badge++)
        CHECK(ask(MANAGER, FILE_FORK, A, badge, 0) == 0);
}

static void crowd_ends(void)
{
    for (uint32_t badge = FIRST; badge < END; badge++)
        CHECK(machine_ends(badge) == 0);
    CHECK(machine_ends(A) == 0 && pages_free() == machine_free_at_first());
    machine_end();
}

static void all_close(uint32_t fd)
{
    for (uint32_t badge = FIRST; badge < END; badge++)
        CHECK(ask(badge, FILE_CLOSE, fd, 0, 0) == 0);
}

static void all_read(uint32_t bytes)
{
    for (uint32_t badge = FIRST; badge < END; badge++)
        CHECK(ask(badge, FILE_READ, READS, bytes, 1) == WAITS);
}

static int32_t put(uint32_t badge, uint32_t bytes)
{
    static const char text[256] = "................................................................";

    return ask_data(badge, text, bytes, (struct words){{FILE_WRITE, WRITES, bytes, 0}});
}

static void all_write(uint32_t bytes)
{
    for (uint32_t badge = FIRST; badge < END; badge++)
        CHECK(put(badge, bytes) == WAITS);
}

static void fill_ring(void)
{
    for (uint32_t at = 0; at < PIPE_RING_BYTES; at += LARGE)
        CHECK(ask(A, FILE_WRITE, WRITES, LARGE, 0) == 0);
}

static uint32_t waiting(void)
{
    uint32_t count = 0;

    for (uint32_t badge = FIRST; badge < END; badge++)
        count += reply_of(badge)->status == WAITS;
    return count;
}

/* The first `count` clients have that reply. */
static void first_have_reply(uint32_t count, int32_t status, uint32_t bytes)
{
    CHECK(waiting() == CROWD - count);
    for (uint32_t badge = FIRST; badge < FIRST + count; badge++)
        CHECK(reply_of(badge)->status == status && reply_of(badge)->w[0] == bytes);
}

/* One call of `events` by proc: true if there is more. */
static bool events_has_more(void)
{
    CHECK(ask(MANAGER, FILE_EVENTS, 0, 0, 0) == 0 && reply_of(MANAGER)->w[0] == 0);
    return reply_of(MANAGER)->w[1];
}

/* `first` clients got their replies with the message itself, for which proc was told once; the others as proc asks. */
static void others_follow(uint32_t first, int32_t status, uint32_t bytes)
{
    uint32_t replied = first;

    CHECK(machine_signals == 1);
    for (; replied + AT_ONCE < CROWD; replied += AT_ONCE) {
        first_have_reply(replied, status, bytes);
        CHECK(events_has_more());
    }
    first_have_reply(replied, status, bytes);
    CHECK(!events_has_more() && machine_signals == 1);
    first_have_reply(CROWD, status, bytes);
}

/* ---------------------------------------------------------------------------------- one message for all */

static void one_write_is_for_all(void)
{
    crowd_begins();
    all_read(1);
    CHECK(put(A, CROWD) == 0);
    others_follow(AT_ONCE, 0, 1);
    CHECK(ask(A, FILE_READ, READS, 1, 0) == -EAGAIN && !events_has_more());
    crowd_ends();
}

/* A client that reads meanwhile gets some bytes, too. As many clients continue as there are bytes for. */
static void a_newcomer_reads(void)
{
    crowd_begins();
    all_read(1);
    CHECK(put(A, AT_ONCE + 2) == 0 && ask(A, FILE_READ, READS, 1, 1) == 0 && reply_of(A)->w[0] == 1 &&
          !events_has_more());
    first_have_reply(AT_ONCE + 1, 0, 1);
    CHECK(put(A, 1) == 0 && machine_signals == 1);
    first_have_reply(AT_ONCE + 2, 0, 1);
    crowd_ends();
}

static void the_end_is_for_all(void)
{
    crowd_begins();
    all_close(WRITES);
    all_read(10);
    CHECK(ask(A, FILE_CLOSE, WRITES, 0, 0) == 0);
    others_follow(AT_CLOSE, 0, 0);
    crowd_ends();
}

static void one_read_is_for_all(void)
{
    crowd_begins();
    fill_ring();
    all_write(16);
    CHECK(ask(A, FILE_READ, READS, LARGE, 1) == 0);
    others_follow(AT_ONCE, 0, 16);
    crowd_ends();
}

static void nobody_reads_any_more(void)
{
    crowd_begins();
    fill_ring();
    all_close(READS);
    all_write(16);
    CHECK(ask(A, FILE_CLOSE, READS, 0, 0) == 0 && put(FIRST, 16) == -EPIPE);
    others_follow(AT_CLOSE, -EPIPE, 0);
    crowd_ends();
}

/* Bytes that readers are still to take keep a writer waiting; it continues with the last of them. */
static void both_ends_wait(void)
{
    uint32_t last = CROWD - 2 * AT_ONCE;

    crowd_begins();
    all_read(1);
    fill_ring();
    first_have_reply(2 * AT_ONCE, 0, 1);
    CHECK(put(A, 2 * AT_ONCE + last) == WAITS && !events_has_more() && reply_of(A)->status == 0);
    first_have_reply(CROWD, 0, 1);
    crowd_ends();
}

/* ---------------------------------------------------------------------------------- meanwhile */

/* A pipe that is due disappears with its clients; another one stays due. */
static void all_end_meanwhile(void)
{
    crowd_begins();
    all_close(WRITES);
    all_read(10);
    CHECK(ask(A, FILE_PIPE, 0, 0, 0) == 0); /* 5 and 6 */
    for (uint32_t badge = 1; badge <= 2; badge++)
        CHECK(ask(MANAGER, FILE_FORK, A, END + badge, 0) == 0 && ask(END + badge, FILE_READ, 5, 1, 1) == WAITS);
    CHECK(ask(MANAGER, FILE_INTERRUPT, END + 2, 0, 0) == 0);
    CHECK(ask(END + 2, FILE_CLOSE, WRITES, 0, 0) == 0 && ask(A, FILE_CLOSE, WRITES, 0, 0) == 0);
    machine_kill(END + 1);
    CHECK(machine_ends(END + 1) == 0 && machine_ends(END + 2) == 0);
    CHECK(machine_signals == 1);
    first_have_reply(AT_CLOSE, 0, 0);
    for (uint32_t badge = FIRST; badge < END; badge++)
        machine_kill(badge);
    crowd_ends();
}

/* Some of the clients that still wait for their replies are interrupted, some have died. */
static void some_leave_meanwhile(void)
{
    crowd_begins();
    all_read(1);
    CHECK(put(A, CROWD) == 0 && waiting() == CROWD - AT_ONCE);
    CHECK(ask(MANAGER, FILE_INTERRUPT, END - 1, 0, 0) == 0 && reply_of(END - 1)->status == -EINTR);
    machine_kill(FIRST + AT_ONCE);
    machine_kill(FIRST + AT_ONCE + 1);
    CHECK(machine_ends(FIRST + AT_ONCE) == 0);
    while (events_has_more())
        continue;
    for (uint32_t badge = FIRST + AT_ONCE + 2; badge < END - 1; badge++)
        CHECK(reply_of(badge)->status == 0 && reply_of(badge)->w[0] == 1);
    CHECK(ask(A, FILE_READ, READS, 10, 1) == 0 && reply_of(A)->w[0] == 3); /* none of those three took any */
    CHECK(ask(MANAGER, FILE_FORK, A, FIRST + AT_ONCE, 0) == 0);
    crowd_ends();
}

/* Two pipes are due; they take turns. */
static void two_pipes(void)
{
    enum { HALF = CROWD / 2 + 1, OTHER_READS = 5, OTHER_WRITES = 6 };

    machine_begin(PAGES);
    CHECK(ask(MANAGER, FILE_BEGIN, A, 0, 0) == 0);
    CHECK(ask(A, FILE_PIPE, 0, 0, 0) == 0 && ask(A, FILE_PIPE, 0, 0, 0) == 0);
    for (uint32_t badge = FIRST; badge < END; badge++) {
        bool first = badge < FIRST + HALF;
        CHECK(ask(MANAGER, FILE_FORK, A, badge, 0) == 0);
        CHECK(ask(badge, FILE_CLOSE, WRITES, 0, 0) == 0 && ask(badge, FILE_CLOSE, OTHER_WRITES, 0, 0) == 0);
        CHECK(ask(badge, FILE_READ, first ? READS : OTHER_READS, 1, 1) == WAITS);
    }
    CHECK(ask(A, FILE_CLOSE, WRITES, 0, 0) == 0 && ask(A, FILE_CLOSE, OTHER_WRITES, 0, 0) == 0);
    CHECK(waiting() == CROWD - 2 * AT_CLOSE && events_has_more() && events_has_more());
    CHECK(waiting() == CROWD - 2 * AT_CLOSE - 2 * AT_ONCE && events_has_more() && !events_has_more() && waiting() == 0);
    crowd_ends();
}

/* A client ends that has many ends of pipes. */
static void many_pipes_end_at_once(void)
{
    enum { PIPES = 60, EACH = 3 };

    machine_begin(2 * PAGES);
    CHECK(ask(MANAGER, FILE_BEGIN, A, 0, 0) == 0);
    for (uint32_t i = 0; i < PIPES; i++)
        CHECK(ask(A, FILE_PIPE, 0, 0, 0) == 0);
    for (uint32_t badge = FIRST; badge < END; badge++) {
        CHECK(ask(MANAGER, FILE_FORK, A, badge, 0) == 0);
        for (uint32_t i = 0; i < PIPES; i++)
            CHECK(ask(badge, FILE_CLOSE, WRITES + 2 * i, 0, 0) == 0);
        CHECK(ask(badge, FILE_READ, READS + (badge - FIRST) / EACH * 2, 1, 1) == WAITS);
    }
    machine_kill(A);
    for (uint32_t before = waiting(); ask(MANAGER, FILE_RELEASE, A, 0, 0) == FILE_MORE; before = waiting())
        CHECK(before - waiting() <= AT_ONCE * AT_CLOSE);
    while (events_has_more())
        continue;
    first_have_reply(CROWD, 0, 0);
    CHECK(ask(MANAGER, FILE_BEGIN, A, 0, 0) == 0);
    crowd_ends();
}

int main(void)
{
    one_write_is_for_all();
    a_newcomer_reads();
    the_end_is_for_all();
    one_read_is_for_all();
    nobody_reads_any_more();
    both_ends_wait();
    all_end_meanwhile();
    some_leave_meanwhile();
    two_pipes();
    many_pipes_end_at_once();
    puts("test_file_crowds: a few waiting clients get their replies with a message, the others as proc asks");
}
