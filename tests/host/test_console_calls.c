/*
 * The whole console server: refused calls, the order of readers, when a sync gets its reply, and that a long line
 * belongs to one client until it ends.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/console/ servers/lib/tail.c tests/server/state_end.c
 * sources: tests/server/server_run.c tests/server/console_machine.c
 */
#include <errno.h>
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/console/lines.h"
#include "servers/console/ring.h"
#include "servers/console/uart.h"
#include "servers/proto/console.h"
#include "tests/host/check.h"
#include "tests/server/console_machine.h"
#include "tests/server/server_run.h"

enum {
    MANAGER = 0,
    WORD = sizeof(uint32_t),
    OUT_MAX = 1 << 17,
    LATER = 1,
    SENT,
    DIES /* LATER .. DIES are instead of an error */
};

/* A call with the contents of the page. Or instead of one: with SENT, `text` arrives at the port; with DIES, the thread
 * dies that made the call of step `badge`. */
struct step {
    uint32_t badge;
    struct words words;
    uint32_t tag;
    int32_t result; /* the result of the immediate reply; LATER: there is none */
    const char *text;
};

static const struct step *steps;
static uint32_t count, at, out_bytes, replies;
static bool port_is_fast; /* whatever was put has left the port before the next call */
static char out[OUT_MAX];
static uint32_t order[SERVER_CALLERS]; /* the badges of late replies, in their order */

/* Each call comes from a thread of its own. */
static uint32_t caller_of(const struct step *step)
{
    return (uint32_t)(step - steps) % MACHINE_PROC;
}

/* ------------------------------------------------------------------------------- the machine */

static void put(char byte)
{
    CHECK(out_bytes < OUT_MAX);
    out[out_bytes++] = byte;
}

static err_t replied(uint32_t caller, const struct words *words, uint32_t tag)
{
    const struct step *step = &steps[at - 1];

    (void)tag;
    if (machine_is_reply_to_proc(caller, words))
        return OK;
    if (step->result <= 0 && caller == caller_of(step)) {
        CHECK((int32_t)words->w[0] == step->result);
        return OK;
    }
    CHECK(words->w[0] == 0 && replies < SERVER_CALLERS);
    order[replies++] = steps[caller].badge;
    return OK;
}

static void begin(struct server_message *message, const struct step *step)
{
    for (const char *text = step->text; text && step->result == SENT && *text; text++)
        machine_send(*text);
    if (step->result < SENT && step->text)
        memcpy(message_page->words, step->text, strlen(step->text));
    if (step->result == DIES)
        server_caller_dies(step->badge);
    *message = (struct server_message){
        .badge = step->badge, .caller = caller_of(step), .tag = step->tag, .words = step->words};
    if (step->result >= SENT)
        *message = (struct server_message){.tag = TAG_SIGNAL, .words = {{machine_signals()}}};
}

/* The steps, then the signals of the port. */
static bool next(struct server_message *message)
{
    if (machine_continues(message))
        return true;
    if (at > 0 && at <= count && steps[at - 1].result <= 0)
        CHECK(!server_owes(caller_of(&steps[at - 1])));
    if (port_is_fast)
        machine_time_passes();
    if (at < count) {
        begin(message, &steps[at++]);
        return true;
    }
    machine_time_passes();
    *message = (struct server_message){.tag = TAG_SIGNAL, .words = {{machine_signals()}}};
    return message->words.w[0];
}

static void run(const struct step *first, uint32_t how_many)
{
    static const struct machine_sinks sinks = {.put = put};
    static const struct server_fake fake = {.call = machine_call, .next = next, .replied = replied};

    steps = first, count = how_many;
    at = out_bytes = replies = 0;
    machine_begin((struct machine_parts){.has_port = true}, &sinks);
    server_run_input(&fake, (struct words){{0}});
}
#define RUN(list) run(list, sizeof(list) / sizeof((list)[0]))

/* ------------------------------------------------------------------------------- calls */

#define WRITE(badge, bytes, words, result, text)                                                                       \
    {                                                                                                                  \
        badge, {{CONSOLE_WRITE, bytes}}, words, result, text                                                           \
    }
#define READ(badge, result)                                                                                            \
    {                                                                                                                  \
        badge, {{CONSOLE_READ, 4, 1}}, 0, result, NULL                                                                 \
    }
#define CALL(badge, result, ...)                                                                                       \
    {                                                                                                                  \
        badge, {{__VA_ARGS__}}, 0, result, NULL                                                                        \
    }
#define CALLER_DIES(number)                                                                                            \
    {                                                                                                                  \
        number, {{0}}, 0, DIES, NULL                                                                                   \
    }
#define ARRIVES(text)                                                                                                  \
    {                                                                                                                  \
        0, {{0}}, 0, SENT, text                                                                                        \
    }

static char long_text[LINE_MAX + 1], long_line[LINE_MAX + 1]; /* long_line ends with a newline */

/* A write has no more bytes than its message and than a line; some calls are only the manager's. */
static void arguments_are_checked(void)
{
    const struct step list[] = {
        WRITE(1, LINE_MAX + 1, LINE_MAX / WORD + 1, -EINVAL, NULL),
        WRITE(1, 0x80000000, LINE_MAX / WORD, -EINVAL, NULL),
        WRITE(1, 9, 2, -EINVAL, NULL),
        WRITE(1, 8, 2, 0, "1234567\n"),
        WRITE(1, LINE_MAX, LINE_MAX / WORD, 0, long_text),
        CALL(1, -EINVAL, CONSOLE_READ, IPC_DATA_MAX + 1, 1),
        CALL(1, -EPERM, CONSOLE_INPUT_PIPE),
        CALL(1, -EPERM, CONSOLE_RELEASE, 1),
        CALL(1, -EPERM, CONSOLE_INTERRUPT, 1),
    };

    RUN(list);
    CHECK(out_bytes == 9 + LINE_MAX && !memcmp(out, "1234567\r\n", 9));
}

/* Each read takes one write of the pipe's other end. The reader that has waited longest is first, even if others are
 * released meanwhile. */
static void readers_are_served_in_order(void)
{
    const struct step list[] = {
        CALL(MANAGER, 0, CONSOLE_INPUT_PIPE),
        READ(1, LATER),
        READ(2, LATER),
        READ(3, LATER),
        CALL(MANAGER, 0, CONSOLE_RELEASE, 3),
        READ(4, LATER),
        CALL(MANAGER, 0, CONSOLE_RELEASE, 1),
        READ(5, LATER),
        ARRIVES("a\x10\x17"),
        ARRIVES("b\x10\x17"),
        ARRIVES("c\x10\x17"),
        READ(6, LATER),
        READ(7, LATER),
        ARRIVES("d\x10\x17"),
        ARRIVES("e\x10\x17"),
    };
    static const uint32_t expected[] = {2, 4, 5, 6, 7};

    RUN(list);
    CHECK(replies == 5 && !memcmp(order, expected, sizeof(expected)));
}

/* As if the dead reader had never read. */
static void a_dead_reader_takes_nothing(void)
{
    const struct step list[] = {
        CALL(MANAGER, 0, CONSOLE_INPUT_PIPE), READ(1, LATER), CALLER_DIES(1), ARRIVES("a\x10\x17"), READ(2, 0),
    };

    RUN(list);
    CHECK(replies == 0);
}

/* The prompt is an unfinished line. A read shows only its own client's. */
static void a_read_shows_the_prompt(void)
{
    const struct step list[] = {WRITE(1, 4, 1, 0, "one:"), WRITE(2, 4, 1, 0, "two:"), READ(2, LATER)};

    RUN(list);
    CHECK(out_bytes == 4 && !memcmp(out, "two:", 4));
}

static uint32_t out_at_reply;

static err_t replied_when_empty(uint32_t caller, const struct words *words, uint32_t tag)
{
    err_t err = replied(caller, words, tag);

    if (replies == 1 && out_at_reply == 0) {
        CHECK(machine_port_is_empty());
        out_at_reply = out_bytes;
    }
    return err;
}

/* Two clients, one of them with an unfinished line: at the reply all output is in the port, and has left it. */
static void a_sync_waits_for_all_output(void)
{
    const struct step list[] = {
        WRITE(1, 8, 2, 0, "1234567\n"), WRITE(2, LINE_MAX, LINE_MAX / WORD, 0, long_text),
        WRITE(3, 8, 2, 0, "1234567\n"), WRITE(4, 4, 1, 0, "rest"),
        CALL(4, LATER, CONSOLE_SYNC),   CALL(4, -EBUSY, CONSOLE_SYNC),
    };
    static const struct machine_sinks sinks = {.put = put};
    static const struct server_fake fake = {.call = machine_call, .next = next, .replied = replied_when_empty};

    steps = list, count = sizeof(list) / sizeof(list[0]);
    at = out_bytes = replies = out_at_reply = 0;
    machine_begin((struct machine_parts){.has_port = true}, &sinks);
    server_run_input(&fake, (struct words){{0}});
    CHECK(replies == 1 && order[0] == 4 && out_at_reply == out_bytes);
    CHECK(out_bytes > 4 && !memcmp(out + out_bytes - 4, "rest", 4));
}

/* A sync does not wait for the end of a long line, even if the line begins to go out after the sync, because much was
 * before it. */
static void a_sync_does_not_wait_for_the_end_of_a_line(void)
{
    enum { FULL = RING_BYTES / LINE_MAX + 1, STEPS = 2 * (RING_BYTES + 2 * LINE_MAX) / UART_FIFO };
    static struct step list[FULL + 3 + STEPS];

    for (uint32_t i = 0; i < FULL; i++)
        list[i] = (struct step)WRITE(10 + i, LINE_MAX, LINE_MAX / WORD, 0, long_line);
    list[FULL] = (struct step)WRITE(2, LINE_MAX, LINE_MAX / WORD, 0, long_text);
    list[FULL + 1] = (struct step)WRITE(3, 4, 1, 0, "two\n");
    list[FULL + 2] = (struct step)CALL(4, LATER, CONSOLE_SYNC);
    for (uint32_t i = 0; i < STEPS; i++)
        list[FULL + 3 + i] = (struct step)ARRIVES("");
    RUN(list);
    CHECK(!memcmp(out + out_bytes - 5, "two\r\n", 5) && replies == 1 && order[0] == 4);
}

/* Even if everything that its client has written so far is out. */
static void a_long_line_is_one_clients(void)
{
    const struct step list[] = {
        WRITE(1, LINE_MAX, LINE_MAX / WORD, 0, long_text),
        WRITE(2, 4, 1, 0, "two\n"),
        WRITE(1, 4, 1, 0, "one\n"),
    };

    RUN(list);
    CHECK(out_bytes == LINE_MAX + 10 && !memcmp(out + LINE_MAX, "one\r\ntwo\r\n", 10));
}

/* The server forgets a client whose lines are out, so there may be any number of clients. */
static void clients_are_forgotten(void)
{
    static struct step list[2 * CLIENTS_MAX];

    for (uint32_t i = 0; i < 2 * CLIENTS_MAX; i++)
        list[i] = (struct step)WRITE(i + 1, 4, 1, 0, "abc\n");
    port_is_fast = true;
    RUN(list);
    CHECK(out_bytes == 2 * CLIENTS_MAX * 5 && clients_count() == 0);
    port_is_fast = false;
}

/* The lines of released clients go out, and nothing is kept of them; nor of clients that only read or wait for a
 * sync. */
static void released_clients_are_forgotten(void)
{
    enum { LINES = 2 * RING_BYTES / LINE_MAX, READER = LINES + 1, SYNCER };
    static struct step list[2 * LINES + 4];

    for (uint32_t i = 0; i < LINES; i++) {
        list[i] = (struct step)WRITE(i + 1, LINE_MAX, LINE_MAX / WORD, 0, long_line);
        list[LINES + i] = (struct step)CALL(MANAGER, 0, CONSOLE_RELEASE, i + 1);
    }
    list[2 * LINES] = (struct step)CALL(MANAGER, 0, CONSOLE_INPUT_PIPE);
    list[2 * LINES + 1] = (struct step)READ(READER, LATER);
    list[2 * LINES + 2] = (struct step)ARRIVES("a\x10\x17");
    list[2 * LINES + 3] = (struct step)CALL(SYNCER, LATER, CONSOLE_SYNC);
    RUN(list);
    CHECK(replies == 2 && out_bytes == LINES * (LINE_MAX + 1) && clients_count() == 0);
}

/* A client that held others up is remembered until it is released, but no longer. */
static void hurried_clients_are_forgotten(void)
{
    static struct step list[PATIENCE_TICKS + 5];
    uint32_t i = 0;

    list[i++] = (struct step)WRITE(1, LINE_MAX, LINE_MAX / WORD, 0, long_text);
    list[i++] = (struct step)WRITE(2, 4, 1, 0, "two\n");
    for (uint32_t tick = 1; tick <= PATIENCE_TICKS; tick++)
        list[i++] = (struct step)CALL(MANAGER, 0, CONSOLE_TICK, tick);
    list[i++] = (struct step)CALL(MANAGER, 0, CONSOLE_RELEASE, 2);
    run(list, i);
    CHECK(out_bytes == LINE_MAX + 7 && !memcmp(out + LINE_MAX, "\r\ntwo\r\n", 7) && clients_count() == 1);
    list[i++] = (struct step)CALL(MANAGER, 0, CONSOLE_RELEASE, 1);
    run(list, i);
    CHECK(clients_count() == 0);
}

static void expect_lines(const struct step *first, uint32_t how_many, const char *text)
{
    run(first, how_many);
    CHECK(out_bytes == strlen(text) && !memcmp(out, text, out_bytes));
}
#define EXPECT_LINES(list, text) expect_lines(list, sizeof(list) / sizeof((list)[0]), text)

/* Even if the client was forgotten before its release: its read showed the line, and got its reply. */
static void a_line_continues_behind_its_end(void)
{
    const struct step ends[] = {
        WRITE(1, 3, 1, 0, "one"),
        CALL(MANAGER, 0, CONSOLE_RELEASE, 1),
        WRITE(2, 4, 1, 0, "two\n"),
    };
    const struct step lives[] = {
        WRITE(1, 3, 1, 0, "one"),
        READ(1, LATER),
        WRITE(2, 4, 1, 0, "two\n"),
        CALL(MANAGER, 0, CONSOLE_RELEASE, 1),
    };
    const struct step another_ends[] = {
        WRITE(1, 3, 1, 0, "one"),
        READ(1, LATER),
        CALL(MANAGER, 0, CONSOLE_RELEASE, 3),
        WRITE(2, 4, 1, 0, "two\n"),
    };
    const struct step forgotten[] = {
        CALL(MANAGER, 0, CONSOLE_INPUT_PIPE), ARRIVES("a\x10\x17"),       WRITE(1, 3, 1, 0, "one"), READ(1, 0),
        CALL(MANAGER, 0, CONSOLE_RELEASE, 1), WRITE(2, 4, 1, 0, "two\n"),
    };

    EXPECT_LINES(ends, "onetwo\r\n");
    EXPECT_LINES(lives, "one\r\ntwo\r\n");
    EXPECT_LINES(another_ends, "one\r\ntwo\r\n");
    EXPECT_LINES(forgotten, "onetwo\r\n");
}

/* The line's last bytes were still waiting for the port when the client was released. */
static void a_line_continues_behind_a_late_end(void)
{
    enum { LINES = 2 * RING_BYTES / LINE_MAX };
    static struct step list[LINES + 3];

    for (uint32_t i = 0; i < LINES; i++)
        list[i] = (struct step)WRITE(10 + i, LINE_MAX, LINE_MAX / WORD, 0, long_line);
    list[LINES] = (struct step)WRITE(1, 3, 1, 0, "one");
    list[LINES + 1] = (struct step)CALL(MANAGER, 0, CONSOLE_RELEASE, 1);
    list[LINES + 2] = (struct step)WRITE(2, 4, 1, 0, "two\n");
    RUN(list);
    CHECK(out_bytes == LINES * (LINE_MAX + 1) + 8 && !memcmp(out + out_bytes - 8, "onetwo\r\n", 8));
}

/* The next client takes over what is kept of the released one, except that it was released: its read waits. */
static void the_next_client_has_not_ended(void)
{
    const struct step list[] = {
        WRITE(1, 4, 1, 0, "one:"),     CALL(MANAGER, 0, CONSOLE_RELEASE, 1),
        WRITE(2, 4, 1, 0, "two:"),     READ(2, LATER),
        WRITE(3, 4, 1, 0, "abc\n"),    READ(3, LATER),
        CALL(2, -EBUSY, CONSOLE_SYNC),
    };

    RUN(list);
    CHECK(clients_count() == 2);
}

/* A read makes room for input. Output that waits for the port goes out nevertheless. */
static void input_does_not_hold_up_output(void)
{
    enum { LINES = 4 }; /* few enough that the port is not empty by then */
    static char much[RING_BYTES + 1];
    static struct step list[LINES + 3];

    memset(much, 'i', RING_BYTES);
    list[0] = (struct step)CALL(MANAGER, 0, CONSOLE_INPUT_PIPE);
    list[1] = (struct step)ARRIVES(much);
    for (uint32_t i = 0; i < LINES; i++)
        list[2 + i] = (struct step)WRITE(10 + i, LINE_MAX, LINE_MAX / WORD, 0, long_line);
    list[2 + LINES] = (struct step)READ(1, 0);
    RUN(list);
    CHECK(out_bytes == LINES * (LINE_MAX + 1));
}

int main(void)
{
    memset(long_text, 'x', LINE_MAX);
    memset(long_line, 'y', LINE_MAX - 1);
    long_line[LINE_MAX - 1] = '\n';
    arguments_are_checked();
    readers_are_served_in_order();
    a_dead_reader_takes_nothing();
    a_read_shows_the_prompt();
    a_sync_waits_for_all_output();
    a_sync_does_not_wait_for_the_end_of_a_line();
    a_long_line_is_one_clients();
    clients_are_forgotten();
    released_clients_are_forgotten();
    hurried_clients_are_forgotten();
    a_line_continues_behind_its_end();
    a_line_continues_behind_a_late_end();
    the_next_client_has_not_ended();
    input_does_not_hold_up_output();
    puts("test_console_calls: calls are refused, ordered and get their replies as expected");
}
