/*
 * The whole console server: input goes only to the process that proc has put in the foreground.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/console/ servers/lib/tail.c tests/server/state_end.c
 * sources: tests/server/server_run.c tests/server/console_machine.c
 */
#include <errno.h>
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/proto/console.h"
#include "servers/proto/slots.h"
#include "tests/host/check.h"
#include "tests/server/console_machine.h"
#include "tests/server/server_run.h"

enum { MANAGER = 0, PROC = 50, LINES_MAX = 400, READ_MAX = 16 };

/* A call, or what arrives at the port; and its expected effects: `1: text` is the reply to a read of client 1, `0: 7
 * 0` one to the manager, `signalled` means that proc was. */
struct step {
    uint32_t badge;
    struct words words;
    const char *arrives, *expected;
};

static const struct step *steps;
static uint32_t count, at, bytes;
static char lines[LINES_MAX];

static err_t replied(uint32_t caller, const struct words *words, uint32_t tag)
{
    const uint32_t *w = words->w;
    const char *text = (const char *)message_page->words;

    (void)tag;
    if (w[0])
        bytes += (uint32_t)snprintf(lines + bytes, LINES_MAX - bytes, "%u: error %d;", caller % PROC, (int)w[0]);
    else if (caller < PROC && steps[at - 1].badge == caller && steps[at - 1].words.w[0] == CONSOLE_POLL)
        bytes += (uint32_t)snprintf(lines + bytes, LINES_MAX - bytes, "%u: %s;", caller, w[1] ? "ready" : "nothing");
    else if (caller < PROC)
        bytes += (uint32_t)snprintf(lines + bytes, LINES_MAX - bytes, "%u: %.*s;", caller, (int)w[1], text);
    else
        bytes += (uint32_t)snprintf(lines + bytes, LINES_MAX - bytes, "0: %u %u%s%s%s;", w[1], w[2],
                                    w[3] & CONSOLE_EVENT_INTERRUPT ? " interrupts" : "",
                                    w[3] & CONSOLE_EVENT_INPUT ? " input" : "", w[3] & CONSOLE_EVENT_DUE ? " due" : "");
    return OK;
}

static void compare(const struct step *step)
{
    if (machine_signalled_proc())
        strcpy(lines + bytes, "signalled;");
    if (strcmp(lines, step->expected) != 0) {
        fprintf(stderr, "step %u: expected %s, is %s\n", (unsigned)(step - steps), step->expected, lines);
        abort();
    }
    bytes = 0;
    lines[0] = 0;
}

static bool next(struct server_message *message)
{
    if (at > 0 && at <= count)
        compare(&steps[at - 1]);
    if (at++ >= count)
        return false; /* the server asks once more */
    const struct step *step = &steps[at - 1];
    for (const char *text = step->arrives; text && *text; text++)
        machine_send(*text);
    *message = (struct server_message){.badge = step->badge, .words = step->words};
    message->caller = step->badge ? step->badge : PROC;
    if (step->arrives && step->badge)
        server_caller_dies(step->badge);
    if (step->arrives)
        *message = (struct server_message){.tag = TAG_SIGNAL, .words = {{machine_signals()}}};
    return true;
}

static void run(const struct step *first, uint32_t how_many)
{
    static const struct machine_sinks sinks = {0};
    static const struct server_fake fake = {.call = machine_call, .next = next, .replied = replied};

    steps = first, count = how_many;
    at = bytes = 0;
    lines[0] = 0;
    machine_begin((struct machine_parts){.has_port = true, .is_instant = true}, &sinks);
    server_run_input(&fake, (struct words){{0}});
}
#define RUN(list) run(list, sizeof(list) / sizeof((list)[0]))

#define CALL(from, lines, ...)                                                                                         \
    {                                                                                                                  \
        from, {{__VA_ARGS__}}, NULL, lines                                                                             \
    }
#define READ(from, lines)               CALL(from, lines, CONSOLE_READ, READ_MAX, 1)
#define READ_SOME(from, most, lines)    CALL(from, lines, CONSOLE_READ, most, 1)
#define INTERRUPTED_READ(from, lines)   CALL(from, lines, CONSOLE_READ, READ_MAX, WAIT_ALLOWED | WAIT_INTERRUPTED)
#define REST(from, lines)               CALL(from, lines, CONSOLE_READ, READ_MAX, 0)
#define INTERRUPTED_REST(from, lines)   CALL(from, lines, CONSOLE_READ, READ_MAX, WAIT_INTERRUPTED)
#define EVENTS(lines)                   CALL(MANAGER, lines, CONSOLE_EVENTS)
#define FOREGROUND(badge, again, lines) CALL(MANAGER, lines, CONSOLE_FOREGROUND, badge, again)
#define DONE                            "0: 0 0;"
#define ARRIVES(data, lines)                                                                                           \
    {                                                                                                                  \
        0, {{0}}, data, lines                                                                                          \
    }
#define DIES(from) /* and nothing else */                                                                              \
    {                                                                                                                  \
        from, {{0}}, "", ""                                                                                            \
    }

#define INTERRUPT(badge, lines) CALL(MANAGER, lines, CONSOLE_INTERRUPT, badge)
#define INTERRUPTED(n)          #n ": error -4;"

/* Wherever the read waits. Input that arrives goes to the next read. A client that does not read is not affected. */
static void a_read_is_interrupted(void)
{
    static const struct step list[] = {
        INTERRUPT(1, DONE),
        READ(1, "signalled;"),
        INTERRUPT(1, INTERRUPTED(1) DONE),
        EVENTS("0: 0 0;"),
        READ(1, "signalled;"),
        EVENTS("0: 1 0;"),
        INTERRUPT(1, INTERRUPTED(1) DONE),
        READ(1, "signalled;"),
        EVENTS("0: 1 0;"),
        FOREGROUND(1, 0, "0: 1 0;"),
        ARRIVES("a", ""),
        INTERRUPT(2, DONE),
        INTERRUPT(1, INTERRUPTED(1) DONE),
        INTERRUPT(1, DONE),
        ARRIVES("b\r", ""),
        READ(1, "1: ab\n;"),
        INTERRUPTED_READ(1, INTERRUPTED(1)), /* a signal came before the call was sent */
        ARRIVES("c\r", ""),
        INTERRUPTED_READ(2, INTERRUPTED(2)),
        INTERRUPTED_READ(1, "1: c\n;"),
    };

    RUN(list);
}

/* The client that was in the foreground last need not ask again. */
static void a_reader_asks_proc(void)
{
    static const struct step list[] = {
        READ(1, "signalled;"),
        READ(2, ""), /* proc has not asked yet */
        ARRIVES("a\r", ""),
        EVENTS("0: 1 0 due;"),
        EVENTS("0: 2 0;"),
        EVENTS("0: 0 0;"),
        FOREGROUND(2, 0,
                   "2: a\n;"
                   "0: 2 0;"),
        ARRIVES("b\r", ""),
        READ(2, "2: b\n;"),
        READ(2, ""),
        READ(3, "signalled;"),
        ARRIVES("c\r", "2: c\n;"),
        EVENTS("0: 3 0;"),
        FOREGROUND(3, 0, "0: 3 0;"),
        FOREGROUND(1, 0, "0: 1 0;"), /* 3 was allowed to read, though it is no longer in the foreground */
        ARRIVES("d\re\r", "3: d\n;1: e\n;"),
        READ(3, "signalled;"),
    };

    RUN(list);
}

/* Also readers that were allowed to read, except the one in the foreground. */
static void all_readers_may_have_to_ask_again(void)
{
    static const struct step list[] = {
        READ(1, "signalled;"),
        EVENTS("0: 1 0;"),
        FOREGROUND(1, 0, "0: 1 0;"),
        READ(2, "signalled;"),
        EVENTS("0: 2 0;"),
        READ(3, "signalled;"),
        FOREGROUND(3, 1, "0: 3 1;"), /* proc was signalled before */
        ARRIVES("a\r", "3: a\n;"),
        EVENTS("0: 1 0 due;"),
        EVENTS("0: 2 0;"),
        FOREGROUND(0, 1, "0: 0 1;signalled;"),
        ARRIVES("b\r", ""),
        READ(3, ""),           /* proc was signalled before */
        EVENTS("0: 3 0 due;"), /* the last reader is the first */
        FOREGROUND(3, 0, "3: b\n;0: 3 0;"),
    };

    RUN(list);
}

/* A few with each message. A client that is in the foreground then, and reads, goes behind them. */
static void readers_are_served_in_turn(void)
{
    static const struct step list[] = {
        READ(1, "signalled;"),
        READ(2, ""),
        READ(3, ""),
        READ(4, ""),
        READ(5, ""),
        FOREGROUND(1, 0, "0: 1 0;"),
        FOREGROUND(2, 0, "0: 2 0;"),
        FOREGROUND(3, 0, "0: 3 0;"),
        FOREGROUND(4, 0, "0: 4 0;"),
        FOREGROUND(5, 0, "0: 5 0;"),
        FOREGROUND(1, 0, "0: 1 0;"),
        ARRIVES("a\rb\rc\rd\re\r", "1: a\n;2: b\n;3: c\n;4: d\n;"),
        READ(1, ""),
        CALL(MANAGER, "5: e\n;0: 0 0;", CONSOLE_EVENTS, 1),
        ARRIVES("f\r", "1: f\n;"),
    };

    RUN(list);
}

/* The rest of a line belongs to the client that read its beginning. If that does not ask for it, it is for the next
 * read. */
static void a_rest_is_for_its_reader(void)
{
    static const struct step list[] = {
        READ_SOME(1, 2, "signalled;"),
        EVENTS("0: 1 0;"),
        FOREGROUND(1, 0, "0: 1 0;"),
        REST(2, "2: ;"),
        ARRIVES("abcd\ref\r", "1: ab;"),
        REST(2, "2: ;"),
        INTERRUPTED_REST(2, "2: ;"),
        INTERRUPTED_REST(1, "1: cd\n;"), /* a signal does not hide it */
        REST(1, "1: ;"),
        INTERRUPTED_REST(1, "1: ;"),
        READ_SOME(1, 1, "1: e;"),
        FOREGROUND(2, 0, "0: 2 0;"),
        READ(2, "2: f\n;"),
        REST(1, "1: ;"),
    };
    static const struct step of_the_dead[] = {
        READ_SOME(1, 2, "signalled;"),
        EVENTS("0: 1 0;"),
        FOREGROUND(1, 0, "0: 1 0;"),
        ARRIVES("abcd\r", "1: ab;"),
        READ(2, "signalled;"),
        EVENTS("0: 2 0;"),
        DIES(2),
        FOREGROUND(2, 0, "0: 2 0;"), /* this client got nothing */
        REST(1, "1: cd\n;"),
    };

    RUN(list);
    RUN(of_the_dead);
}

/* Wherever the read waits. */
static void a_released_client_no_longer_waits(void)
{
    static const struct step list[] =
        {
            READ(1, "signalled;"),
            READ(2, ""),
            READ(3, ""),
            CALL(MANAGER, "0: 2 0;", CONSOLE_RELEASE, 2),
            EVENTS("0: 1 0 due;"),
            CALL(MANAGER, "0: 1 0;", CONSOLE_RELEASE, 1),
            FOREGROUND(1, 1, "0: 1 1;"),
            EVENTS("0: 3 0;"),
            EVENTS("0: 0 0;"),
        },
                             of_one_in_foreground[] = {
                                 READ(1, "signalled;"),
                                 EVENTS("0: 1 0;"),
                                 FOREGROUND(1, 0, "0: 1 0;"),
                                 ARRIVES("a\r", "1: a\n;"),
                                 CALL(MANAGER, "0: 1 0;", CONSOLE_RELEASE, 1),
                                 READ(1, "signalled;"), /* sent before the release: the client must ask again */
                                 ARRIVES("b\r", ""),
                             };

    RUN(list);
    RUN(of_one_in_foreground);
}

#define KEYS(badge, keys, lines) CALL(MANAGER, lines, CONSOLE_KEYS, badge, keys)

/* Typed keys go to the reader one by one, and so does what was typed before, until the keys are given back. */
static void keys_are_read_as_they_come(void)
{
    static const struct step list[] = {
        READ(1, "signalled;"),
        EVENTS("0: 1 0;"),
        FOREGROUND(1, 0, "0: 1 0;"),
        ARRIVES("ab", ""),
        KEYS(1, 1, "1: ab;0: 1 1;"),
        READ(1, ""),
        ARRIVES("c", "1: c;"),
        ARRIVES("\003d\r", ""),
        READ_SOME(1, 1, "1: \003;"),
        REST(1, "1: d\n;"),
        ARRIVES("e\rf", ""),
        KEYS(1, 0, "0: 1 0;signalled;"), /* the echo of the keys that count as typed again is due */
        READ(1, "1: e\n;"),
        READ(1, ""),
        ARRIVES("g\r", "1: fg\n;"),
    };

    RUN(list);
}

/* The keys are given back when their client ends. The end of another client changes nothing. */
static void keys_end_with_their_client(void)
{
    static const struct step list[] = {
        KEYS(1, 1, "0: 1 1;"),
        CALL(MANAGER, "0: 2 0;", CONSOLE_RELEASE, 2),
        FOREGROUND(3, 0, "0: 3 0;"),
        READ(3, ""),
        ARRIVES("a", "3: a;"),
        CALL(MANAGER, "0: 1 0;", CONSOLE_RELEASE, 1),
        READ(3, ""),
        ARRIVES("b", ""),
        ARRIVES("c\r", "3: bc\n;"),
    };

    RUN(list);
}

/* Each control-C is reported once, also one that was typed as a key and was not read. */
static void control_c_is_reported(void)
{
    static const struct step list[] = {
        READ(1, "signalled;"),
        EVENTS("0: 1 0;"),
        FOREGROUND(1, 0, "0: 1 0;"),
        ARRIVES("ab\003", "signalled;"),
        EVENTS("0: 0 0 interrupts;"),
        EVENTS("0: 0 0;"),
        ARRIVES("c\r", "1: c\n;"),
        KEYS(1, 1, "0: 1 1;"),
        ARRIVES("d\003e\r", ""),
        KEYS(1, 0, "0: 1 0;signalled;"),
        EVENTS("0: 0 0 interrupts due;"),
        READ(1, "1: e\n;"),
    };

    RUN(list);
}

static void only_the_manager_says(void)
{
    static const struct step list[] = {
        CALL(1, "1: error -1;", CONSOLE_EVENTS),
        CALL(1, "1: error -1;", CONSOLE_FOREGROUND, 1),
        CALL(1, "1: error -1;", CONSOLE_TICK, 1),
        CALL(1, "1: error -1;", CONSOLE_KEYS, 1, 1),
        CALL(1, "1: error -1;", CONSOLE_AUDIT),
        CALL(MANAGER, "0: 0 0;", CONSOLE_AUDIT),
        READ(1, "signalled;"),
        ARRIVES("a\r", ""),
        EVENTS("0: 1 0;"),
        FOREGROUND(1, 0, "1: a\n;0: 1 0;"),
        CALL(MANAGER, "", CONSOLE_READ, 4, 1), /* the manager need not ask */
        ARRIVES("b\r", "0: 2 0;"),
    };

    RUN(list);
}

#define POLL(from, watch, lines) CALL(from, lines, CONSOLE_POLL, watch)

/* Proc is signalled once, if a client polls, and only for input that no reader got. It does not matter which client is
 * in the foreground. */
static void proc_is_signalled_when_input_can_be_polled(void)
{
    static const struct step list[] = {
        POLL(1, 0, "1: nothing;"),
        ARRIVES("a\r", ""), /* no client polls */
        POLL(2, 1, "2: ready;"),
        EVENTS("0: 0 0;"),
        FOREGROUND(1, 0, "0: 1 0;"),
        READ(1, "1: a\n;"),
        POLL(1, 1, "1: nothing;"),
        POLL(2, 1, "2: nothing;"),
        ARRIVES("b", ""), /* the line is not complete yet */
        READ(1, ""),
        ARRIVES("\r", "1: b\n;"),
        ARRIVES("c\r", "signalled;"),
        ARRIVES("d\r", ""),
        EVENTS("0: 0 0 input;"),
        EVENTS("0: 0 0;"),
        POLL(2, 1, "2: ready;"),
    };

    RUN(list);
}

int main(void)
{
    proc_is_signalled_when_input_can_be_polled();
    a_read_is_interrupted();
    a_reader_asks_proc();
    all_readers_may_have_to_ask_again();
    readers_are_served_in_turn();
    a_rest_is_for_its_reader();
    a_released_client_no_longer_waits();
    keys_are_read_as_they_come();
    keys_end_with_their_client();
    control_c_is_reported();
    only_the_manager_says();
    puts("test_console_foreground: input goes to the foreground");
}
